/** How far a run is: one line that is written over on a terminal, a line every tenth of it anywhere else. */

export interface Progress {
  readonly done: number;
  /** Turns; null: a run by the clock. */
  readonly asked: number | null;
  readonly failed: number;
  /** Of the first sound, so far. */
  readonly p50: number | null;
  readonly callers: number;
  readonly seconds: number;
  /** Null: nobody knows yet. */
  readonly expectedSeconds: number | null;
}

const BAR = 20;

export function shareOf({ done, asked, seconds, expectedSeconds }: Progress): number {
  const share = asked === null ? seconds / (expectedSeconds ?? Number.POSITIVE_INFINITY) : done / Math.max(asked, 1);
  return Math.max(0, Math.min(1, share));
}

export function progressLine(progress: Progress): string {
  const { done, asked, failed, p50, callers, seconds, expectedSeconds } = progress;
  const filled = Math.round(shareOf(progress) * BAR);
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}]`;
  const turns = asked === null ? `${done} turns` : `${done} of ${asked} turns`;
  const median = p50 === null ? '' : `, p50 ${Math.round(p50)} ms`;
  const until = expectedSeconds === null ? '' : ` of ${clock(expectedSeconds)}`;
  return `  ${bar} ${turns}, ${failed} failed${median}, ${callers} caller${callers === 1 ? '' : 's'}, ${clock(seconds)}${until}`;
}

/** 1:05, 12:00, 2:03:04. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const TENTH = 0.1;

/** `show` is called at every turn and every second; `end` when the run is over. */
export function progressShown(output: Output): { show(progress: Progress): void; end(): void } {
  let width = 0;
  let tenths = 0;
  return {
    show(progress) {
      const whole = progressLine(progress);
      // A line that is broken in two cannot be written over.
      const line = output.isTTY ? whole.slice(0, (output.columns ?? 80) - 1) : whole;
      if (output.isTTY) {
        output.write(`\r${line.padEnd(width)}`);
        width = line.length;
        return;
      }
      const reached = Math.floor(shareOf(progress) / TENTH + 1e-9);
      if (reached <= tenths) return;
      tenths = reached;
      output.write(`${line}\n`);
    },
    end: () => void output.write(output.isTTY ? '\n\n' : '\n'),
  };
}
