/** How long a caller pauses between its turns. Pure. */

/** Between an answer and the next question: 600 to 1400 ms, as people take. */
const PAUSE_MS = 600;
const PAUSE_SPREAD_MS = 800;
/** What an answer is taken to last before there has been one, so that callers do not all begin at once. */
const USUAL_MS = 8000;

export interface LastTurn {
  readonly spokenMs: number;
  readonly answeredMs: number;
}

/** `share`: of its time a caller is being answered so much, between 25 % less and 25 % more from turn to turn. */
export function pauseMs(share: number | undefined, last: LastTurn | null, random: () => number): number {
  const usual = PAUSE_MS + random() * PAUSE_SPREAD_MS;
  if (share === undefined) return usual;
  if (last === null) return Math.max(usual, (random() * USUAL_MS) / share);
  const quiet = last.answeredMs / share - last.answeredMs - last.spokenMs;
  return Math.max(usual, quiet * (0.75 + random() / 2));
}
