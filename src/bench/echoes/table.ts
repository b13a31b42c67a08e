/** What became of echoes, and of those who spoke over them, as a person reads it in a terminal. */
import type { Judgement } from './judging.js';
import type { Way } from './mixing.js';

/** Until it is known what an echo is, it is speech like any other. */
const KNOWN_MS = 2000;
const COLUMN = 16;

export function tableHead(levels: readonly number[]): string {
  const columns = levels.map((level) => `at ${level} dB`.padStart(COLUMN)).join('');
  return [
    '  by whom it was spoken over, against the echo: how many of them held and cut the answer\n',
    `  ${'gain, delay, room, straight'.padEnd(34)}${'known after'.padStart(12)}${'held, cut falsely'.padStart(20)}${columns}\n`,
  ].join('');
}

/** `over`: for each level, what became of each who spoke at `fromMs` or a little later. */
export function tableRow(way: Way, alone: Judgement, over: readonly (readonly Judgement[])[], fromMs: number): string {
  const { gain, delayMs, room } = way;
  const place = room === null ? 'none' : `${room.seconds} s, ${room.straight} dB`;
  const falsely = `${later(alone.held, KNOWN_MS)}, ${later(alone.cut, KNOWN_MS)}`;
  const known = alone.knownMs === null ? 'never' : `${alone.knownMs} ms`;
  const columns = over.map((all) => {
    const share = (kind: 'held' | 'cut') =>
      `${all.filter((each) => later(each[kind], fromMs) > 0).length}/${all.length}`;
    return `${share('held')}, ${share('cut')}`.padStart(COLUMN);
  });
  const name = `${gain}, ${delayMs} ms, ${place}`.padEnd(34);
  return `  ${name}${known.padStart(12)}${falsely.padStart(20)}${columns.join('')}\n`;
}

const later = (moments: readonly number[], than: number): number => moments.filter((ms) => ms > than).length;
