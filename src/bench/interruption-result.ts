/** What is known when something was heard over an answer, as it stands in the file of `--json`. */
import type { TurnResult } from './turn-result.js';

export interface InterruptionMarks {
  /** How much of the answer had been played when the first sound of it was heard. */
  readonly atMs: number;
  /** `held`: the answer stood still for a while and went on; `unnoticed`: it never did. */
  readonly outcome: 'cut_off' | 'held' | 'unnoticed';
  /** From the first voiced sample to the standstill that lasted; null: there was none. */
  readonly stillMs: number | null;
  /** From there to `avatar.flush`; null: none came. */
  readonly cutOffMs: number | null;
  /** How long the answer stood still before it went on, in all. */
  readonly heldMs: number;
  /** How far it then went on from the sample at which it stood. */
  readonly movedSamples: number;
  /** Frames of the answer that came after it was flushed. */
  readonly staleFrames: number;
  /** How far the history's end of the answer lies from what was played; null: none was told. */
  readonly historyMs: number | null;
}

export interface Interruption extends InterruptionMarks {
  readonly caller: number;
  /** The turn whose answer it was. */
  readonly turn: number;
  /** Of the ramp. */
  readonly step: number;
  /** `question`: it must cut the answer off. */
  readonly kind: 'question' | 'noise';
  /** Its words, or what the noise is. */
  readonly heard: string;
  /** How the question was answered; null for a noise. */
  readonly answer: TurnResult | null;
  /** Null if all went as it should: a question cut the answer off, and was answered; a noise did nothing that it must not. */
  readonly failure: string | null;
  /** Something was heard over `answer`, too, which was then not heard to its end. */
  readonly isTalkedOver?: true;
}

/** What was asked over an answer is answered as well as what was asked in quiet. */
export const answersOf = (turns: readonly TurnResult[], interruptions: readonly Interruption[]): TurnResult[] => [
  ...turns,
  ...interruptions.flatMap(({ answer }) => answer ?? []),
];

/** Whether an answer that was held went on in the end. */
export const hasResumed = ({ outcome, stillMs }: Pick<InterruptionMarks, 'outcome' | 'stillMs'>) =>
  outcome === 'held' && stillMs === null;
