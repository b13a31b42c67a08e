/** What all interruptions of a run come to. Pure. */
import { hasResumed, type Interruption } from './interruption-result.js';
import { type Distribution, distribution } from './statistics.js';

export interface InterruptionSummary {
  readonly questions: {
    readonly asked: number;
    /** Of them cut the answer off. */
    readonly cutOff: number;
    readonly heardRightly: number;
    /** Of them were answered to the end of the answer; one that was talked over is not. */
    readonly answered: number;
    /** How often each reason was given. */
    readonly failures: Readonly<Record<string, number>>;
    /** From the first voiced sample to the standstill that lasted. */
    readonly still: Distribution | null;
    /** From there to the flush. */
    readonly cutOffMs: Distribution | null;
    /** From the last voiced sample to the first sound of the answer to the question. */
    readonly firstSound: Distribution | null;
    /** Frames of answers that came after their flush. */
    readonly staleFrames: number;
    /** How far the history's end of the answer lies from what was played. */
    readonly history: Distribution | null;
    /** Answers that were cut off without a word on where. */
    readonly historyMissing: number;
  };
  readonly noises: {
    readonly made: number;
    readonly cutOff: number;
    readonly held: number;
    readonly unnoticed: number;
    /** Of those that were held went on. */
    readonly resumed: number;
    /** How often each reason was given. */
    readonly failures: Readonly<Record<string, number>>;
    /** How often each noise led to what. */
    readonly by: Readonly<Record<string, Readonly<Record<Interruption['outcome'], number>>>>;
    /** How long an answer stood still before it went on. */
    readonly heldMs: Distribution | null;
    /** Of those, how many went on from another sample than that at which they stood. */
    readonly moved: number;
  };
}

/** Null if there were none. */
export function summariseInterruptions(all: readonly Interruption[]): InterruptionSummary | null {
  if (all.length === 0) return null;
  return {
    questions: questions(all.filter(({ kind }) => kind === 'question')),
    noises: noises(all.filter(({ kind }) => kind === 'noise')),
  };
}

function questions(asked: readonly Interruption[]): InterruptionSummary['questions'] {
  const cut = asked.filter(({ outcome }) => outcome === 'cut_off');
  return {
    asked: asked.length,
    cutOff: cut.length,
    heardRightly: asked.filter(({ answer }) => answer?.transcriptIsRight).length,
    answered: asked.filter(({ answer, isTalkedOver }) => answer?.failure === null && isTalkedOver !== true).length,
    failures: reasons(asked),
    still: distribution(cut.flatMap(({ stillMs }) => stillMs ?? [])),
    cutOffMs: distribution(cut.flatMap(({ cutOffMs }) => cutOffMs ?? [])),
    firstSound: distribution(cut.flatMap(({ answer }) => answer?.marks.first_sound ?? [])),
    staleFrames: cut.reduce((sum, { staleFrames }) => sum + staleFrames, 0),
    history: distribution(cut.flatMap(({ historyMs }) => historyMs ?? [])),
    historyMissing: cut.filter(({ historyMs }) => historyMs === null).length,
  };
}

function reasons(all: readonly Interruption[]): Record<string, number> {
  const failures: Record<string, number> = {};
  for (const { failure } of all) if (failure !== null) failures[failure] = (failures[failure] ?? 0) + 1;
  return failures;
}

function noises(made: readonly Interruption[]): InterruptionSummary['noises'] {
  const by: Record<string, Record<Interruption['outcome'], number>> = {};
  for (const { heard, outcome } of made) {
    by[heard] ??= { cut_off: 0, held: 0, unnoticed: 0 };
    by[heard][outcome] += 1;
  }
  const count = (wanted: Interruption['outcome']) => made.filter(({ outcome }) => outcome === wanted).length;
  const resumed = made.filter(hasResumed);
  return {
    made: made.length,
    cutOff: count('cut_off'),
    held: count('held'),
    unnoticed: count('unnoticed'),
    resumed: resumed.length,
    failures: reasons(made),
    by,
    heldMs: distribution(resumed.map(({ heldMs }) => heldMs)),
    moved: resumed.filter(({ movedSamples }) => movedSamples > 0).length,
  };
}
