/** What the microphone hears of a turn, and when: the recordings of its script at their places. Pure. */
import { msToSamples } from '../audio/pcm.js';
import type { Choose } from './choosing.js';
import type { TurnScript } from './scenario.js';
import type { Sound } from './sound.js';

export interface Utterance extends Sound {
  /** The words of all that is said; noises have none. */
  readonly text: string;
}

export type Asked = ({ readonly kind: 'spoken' } & Utterance) | { readonly kind: 'typed'; readonly text: string };

interface Placed extends Sound {
  readonly at: number;
  readonly words: string | null;
}

/** `typed`: what would be said is typed instead. */
export function askedIn(turn: TurnScript, choose: Choose, typed: boolean): Asked {
  const written = turn.find(({ type }) => type !== undefined)?.type;
  if (written !== undefined) return { kind: 'typed', text: written };
  const utterance = compose(turn, choose);
  return typed ? { kind: 'typed', text: utterance.text } : { kind: 'spoken', ...utterance };
}

/** A pause is as long as it says from voice to voice: the silence that recordings have around theirs is part of it. */
function compose(turn: TurnScript, choose: Choose): Utterance {
  const placed: Placed[] = [];
  let pause: number | null = null;
  for (const step of turn) {
    const name = step.say ?? step.noise;
    if (step.pause !== undefined) pause = step.pause;
    if (name === undefined) continue;
    const { samples, voiced, words } = choose(name);
    const at = placeOf(placed.at(-1), pause, voiced.from);
    placed.push({ at, samples, voiced, words: step.say === undefined ? null : words });
    pause = null;
  }
  const said = placed.filter(({ words }) => words !== null);
  const [first, last] = [said[0]!, said.at(-1)!];
  return {
    samples: mixed(placed),
    voiced: { from: first.at + first.voiced.from, to: last.at + last.voiced.to },
    text: said.map(({ words }) => words).join(' '),
  };
}

function placeOf(before: Placed | undefined, pause: number | null, from: number): number {
  if (before === undefined) return 0;
  if (pause === null) return before.at + before.samples.length;
  return Math.max(0, before.at + before.voiced.to + msToSamples(pause) - from);
}

function mixed(placed: readonly Placed[]): Int16Array {
  const all = new Int16Array(Math.max(...placed.map(({ at, samples }) => at + samples.length)));
  for (const { at, samples } of placed) {
    samples.forEach((sample, index) => {
      all[at + index] = clipped(all[at + index]! + sample);
    });
  }
  return all;
}

export const clipped = (value: number) => Math.max(-32_768, Math.min(32_767, Math.round(value)));
