/**
 * How often the server's rules cut somebody off, and how long they wait: for what they are by default, and for what they
 * would be if they waited less or more. A curve of the same for silence alone stands beside it.
 */

import type { TurnRules } from '../../conversation/turn-rules.js';
import { INTERRUPTING, turnRules } from '../../conversation/turn-rules.js';
import type { TurnDetection } from '../../protocol/session.js';
import { type Distribution, distribution } from '../statistics.js';
import { type Judged, judge } from './judging.js';

export interface Endings {
  readonly utterances: number;
  /** Pauses in the midst of them: occasions to cut somebody off. */
  readonly pauses: number;
  readonly sttMs: number;
  /** As the server is by default. */
  readonly chosen: EndingPoint;
  readonly words: readonly EndingPoint[];
  readonly silence: readonly EndingPoint[];
}

export interface EndingPoint {
  /** How long words that look whole are waited behind, or any words. */
  readonly waitMs: number;
  readonly cutOff: number;
  /** Of those that were not cut off, from the last voiced sample; null: there are none. */
  readonly delay: Distribution | null;
}

/** What the simulated vendors of the bench take. */
const STT_MS = 100;
const WORDS_MS = [100, 150, 200, 250, 280, 350, 450, 600, 800, 1000];
const SILENCE_MS = [150, 200, 280, 350, 500, 700, 900, 1200, 1500];

const SEMANTIC: TurnDetection = {
  type: 'semantic_vad',
  eagerness: 'auto',
  create_response: true,
  interrupt_response: true,
};

export function scoreEndings(judged: readonly Judged[]): Endings {
  const rules = turnRules(SEMANTIC, { speculates: true, holds: true, interrupting: INTERRUPTING });
  return {
    utterances: judged.length,
    pauses: judged.reduce((sum, { parts }) => sum + parts.length - 1, 0),
    sttMs: STT_MS,
    chosen: point(judged, rules, completeMs(rules)),
    words: WORDS_MS.map((ms) => point(judged, waiting(rules, ms), ms)),
    silence: SILENCE_MS.map((ms) => point(judged, { ...rules, end: { kind: 'silence', ms } }, ms)),
  };
}

function point(judged: readonly Judged[], rules: TurnRules, waitMs: number): EndingPoint {
  const verdicts = judged.map((each) => judge(each, rules, STT_MS));
  const delays = verdicts.flatMap((verdict) => (verdict.kind === 'ended' ? [verdict.afterMs] : []));
  return { waitMs, cutOff: verdicts.length - delays.length, delay: distribution(delays) };
}

const completeMs = ({ end }: TurnRules): number => (end.kind === 'words' ? end.completeMs : end.ms);

/** Those whose words do not look whole are never waited behind for a shorter time. */
function waiting(rules: TurnRules, ms: number): TurnRules {
  const { end } = rules;
  if (end.kind === 'silence') return rules;
  return { ...rules, end: { ...end, completeMs: ms, backchannelMs: ms, incompleteMs: Math.max(ms, end.incompleteMs) } };
}
