/** The score of turn endings, as a person reads it in a terminal. */
import type { EndingPoint, Endings } from './scoring.js';

export function endingsTable({ utterances, pauses, sttMs, chosen, words, silence }: Endings): string {
  const lines = [
    `  ${utterances} utterances with ${pauses} pauses in their midst; words known ${sttMs} ms after they are asked for`,
    '',
    ...rows('as the server is: ms after whole words', [chosen], utterances),
    '',
    ...rows('by words: ms after whole words', words, utterances),
    '',
    ...rows('by silence alone: ms after any', silence, utterances),
  ];
  return `${lines.join('\n')}\n`;
}

function rows(title: string, points: readonly EndingPoint[], utterances: number): string[] {
  const head = `  ${title.padEnd(40)}${'cut off'.padStart(9)}${'p50'.padStart(9)}${'p95'.padStart(9)}`;
  return [
    head,
    ...points.map(({ waitMs, cutOff, delay }) => {
      const share = `${((100 * cutOff) / utterances).toFixed(0)} %`;
      const ms = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(0)).padStart(9);
      return `  ${String(waitMs).padStart(6).padEnd(40)}${share.padStart(9)}${ms(delay?.p50)}${ms(delay?.p95)}`;
    }),
  ];
}
