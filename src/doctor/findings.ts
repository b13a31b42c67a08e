/** What the doctor found, and the table that it is printed as. */

export interface Finding {
  readonly part: string;
  readonly name: string;
  /** `absent`: it is not here, and nobody has asked for it by name. */
  readonly state: 'well' | 'absent' | 'wrong';
  readonly says: string;
  /** The command that would change it. */
  readonly mend: string | null;
  /** Whether a server with these settings would use it. */
  readonly isAsked: boolean;
}

const SHOWN = { well: 'ok', absent: '-', wrong: 'wrong' } as const;
const COLOURS = { well: '32', absent: '2', wrong: '31' } as const;

/** Names each part once. The commands have lines of their own, so that they can be copied. */
export function table(findings: readonly Finding[], hasColours: boolean): string {
  const widths = [widest(findings.map(({ part }) => part)), widest(findings.map(({ name }) => name))] as const;
  const state = widest(Object.values(SHOWN));
  const painted = (text: string, code: string) => (hasColours ? `\x1b[${code}m${text}\x1b[0m` : text);
  let last = '';
  return findings
    .flatMap((finding) => {
      const part = finding.part === last ? '' : finding.part;
      last = finding.part;
      const mark = painted(SHOWN[finding.state].padEnd(state), COLOURS[finding.state]);
      const line = `  ${part.padEnd(widths[0])}  ${mark}  ${finding.name.padEnd(widths[1])}  ${finding.says}`.trimEnd();
      if (finding.mend === null) return [line];
      return [line, `${' '.repeat(6 + widths[0] + state + widths[1])}  ->  ${finding.mend}`];
    })
    .join('\n');
}

/** Something that the settings ask for does not work. */
export const isIll = (findings: readonly Finding[]): boolean =>
  findings.some(({ state, isAsked }) => state === 'wrong' && isAsked);

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
