/** How long a caller pauses between its turns. Pure. */

/** Between an answer and the next question: 600 to 1400 ms, as people take. */
const PAUSE_MS = 600;
const PAUSE_SPREAD_MS = 800;
/** What an answer is taken to last before there has been one. */
const USUAL_MS = 8000;

export interface LastTurn {
  readonly spokenMs: number;
  readonly answeredMs: number;
}

/** What comes before each question of one caller; `last` is its turn before that, if there has been one. */
export function createPauses(share: number | undefined, random: () => number) {
  let begun: number | null = null;
  return (step: number, last: LastTurn | null): number => {
    const isFirst = step !== begun;
    begun = step;
    return isFirst || last === null ? firstPauseMs(share, last, random) : pauseMs(share, last, random);
  };
}

/** `share`: of its time a caller is being answered so much, between 25 % less and 25 % more from turn to turn. */
export function pauseMs(share: number | undefined, last: LastTurn, random: () => number): number {
  const usual = usualMs(random);
  if (share === undefined) return usual;
  const quiet = last.answeredMs / share - last.answeredMs - last.spokenMs;
  return Math.max(usual, quiet * (0.75 + random() / 2));
}

/**
 * Before the first question of a step. Callers who are answered a third of their time begin anywhere in three answers'
 * time: those who begin together are answered together, and load the server with half of them or more at once.
 */
export function firstPauseMs(share: number | undefined, last: LastTurn | null, random: () => number): number {
  const usual = usualMs(random);
  if (share === undefined) return usual;
  return Math.max(usual, (random() * (last?.answeredMs ?? USUAL_MS)) / share);
}

const usualMs = (random: () => number) => PAUSE_MS + random() * PAUSE_SPREAD_MS;
