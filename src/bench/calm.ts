/**
 * When others took hardly anything of a virtual machine. Told by what was taken and by nothing else: choosing by what
 * something took would flatter it. Pure.
 */

/** What processors did since their machine began, in its kernel's ticks. */
export interface ProcessorTime {
  /** In which something here could have run, while the host ran another machine. */
  readonly stolen: number;
  /** In which something here ran. */
  readonly worked: number;
}

export interface ProcessorLook extends ProcessorTime {
  /** Milliseconds since 1970. */
  readonly when: number;
}

/**
 * What others took, as a share of the time in which something here wanted to run: of ten milliseconds of work, so many were
 * waited for. Idle processors say nothing of that, however many there are.
 */
export interface Taken {
  /** Over the run. */
  readonly share: number;
  /** In the worst second. */
  readonly worst: number;
}

/** So little costs a turn some 15 ms, and twice as much hundreds (CHANGELOG.md, Decisions). */
export const UNNOTICED = 1 / 3;
/** A tick is 10 ms: of a machine that hardly does anything, two of them are half. */
const NOTICED_TICKS = 5;
const AROUND_MS = 1000;
const SECOND_MS = 1000;

/** Null: nobody knows. */
export function takenOver(looks: readonly ProcessorLook[]): Taken | null {
  const share = shareBetween(looks[0], looks.at(-1));
  if (share === null) return null;
  let worst = share;
  let from = 0;
  for (const look of looks) {
    while (looks[from + 1]!.when <= look.when - SECOND_MS) from += 1;
    if (looks[from]!.when <= look.when - SECOND_MS) worst = Math.max(worst, shareBetween(looks[from], look) ?? 0);
  }
  return { share, worst };
}

/** Whether others took hardly anything in the second before this moment, and in the one behind it; no, if nobody knows. */
export function calmAt(looks: readonly ProcessorLook[]): (moment: number) => boolean {
  const [first, last] = [looks[0], looks.at(-1)];
  return (moment) => {
    if (first === undefined || last === undefined || moment < first.when || moment > last.when) return false;
    const before = looks.findLast(({ when }) => when <= moment - AROUND_MS) ?? first;
    const after = looks.find(({ when }) => when >= moment + AROUND_MS) ?? last;
    const share = shareBetween(before, after);
    return share !== null && share <= UNNOTICED;
  };
}

/** Between two moments; null: nobody knows. */
export function shareFrom(looks: readonly ProcessorLook[], from: number, to: number): number | null {
  return shareBetween(
    looks.findLast(({ when }) => when <= from),
    looks.findLast(({ when }) => when <= to),
  );
}

function shareBetween(before: ProcessorTime | undefined, after: ProcessorTime | undefined): number | null {
  if (before === undefined || after === undefined || before === after) return null;
  // Kernels have been seen to count backwards here.
  const stolen = Math.max(0, after.stolen - before.stolen);
  const worked = Math.max(0, after.worked - before.worked);
  return stolen < NOTICED_TICKS ? 0 : Math.round((1000 * stolen) / (stolen + worked)) / 1000;
}
