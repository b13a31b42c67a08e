/** How a session's `turn_detection` reads in numbers. Pure. */
import type { TurnDetection } from '../protocol/session.js';
import type { Words } from './completeness.js';

/** What a pause is waited for by: its words, and how they sound, if somebody can tell. */
export type Patience = Words | 'doubted' | 'sounding' | 'unknown';

/** By what the avatar does meanwhile. */
export interface Interrupting {
  readonly thinkingMs: number;
  readonly speakingMs: number;
}

/** A cough is shorter, and nobody likes to talk to somebody who does not stop. */
export const INTERRUPTING: Interrupting = { thinkingMs: 500, speakingMs: 500 };

export interface TurnRules {
  /** Speech begins at this probability, and lasts as long as it stays at `off`. */
  readonly on: number;
  readonly off: number;
  /** A pause of this length may be the end. */
  readonly softMs: number;
  /** Whether the caller may cut the avatar off by speaking. */
  readonly interrupts: boolean;
  /** Whether work may be begun of which nothing comes if the caller goes on. */
  readonly speculates: boolean;
  /** Whether the avatar can stand still until it is known what the noise over it is. */
  readonly holds: boolean;
  /** How much speech is a turn without a word that anybody understands. */
  readonly interrupting: Interrupting;
  /**
   * How long a pause is the end, by what was said before it; `unknownMs` if no transcript is there, `doubtedMs` if whole
   * words do not sound like the end, `soundingMs` if others do.
   */
  readonly end:
    | { readonly kind: 'silence'; readonly ms: number }
    | ({ readonly kind: 'words' } & Readonly<Record<`${Patience}Ms`, number>>);
  /** Audio before the first sound of speech that belongs to the turn: its soft beginning. */
  readonly prefixMs: number;
}

const ON = 0.5;
/** Between the two a word fades out, and noise does not begin one. */
const ON_TO_OFF = 0.15;
/** Three frames of the detector. */
const SOFT_MS = 96;
const PREFIX_MS = 400;

/**
 * Pauses after which a turn is over, in milliseconds: the words look whole; they do, but do not sound so; they do not look
 * whole; they were not understood; they are not known yet, and it may be worth waiting for them.
 */
const PATIENCE = {
  high: { complete: 200, doubted: 400, incomplete: 800, unclear: 500, unknown: 500 },
  medium: { complete: 280, doubted: 600, incomplete: 1200, unclear: 800, unknown: 700 },
  low: { complete: 600, doubted: 1000, incomplete: 2000, unclear: 1500, unknown: 1500 },
} as const;

/** What a session's `turn_detection` says nothing about. */
export type TurnManner = Pick<TurnRules, 'speculates' | 'holds' | 'interrupting'>;

export function turnRules(detection: TurnDetection, { speculates, holds, interrupting }: TurnManner): TurnRules {
  const manner = { speculates, holds, interrupting };
  const interrupts = detection.interrupt_response;
  if (detection.type === 'server_vad') {
    const { threshold, silence_duration_ms: ms, prefix_padding_ms: prefixMs } = detection;
    const off = Math.max(0.01, threshold - ON_TO_OFF);
    const softMs = Math.min(SOFT_MS, ms);
    return { on: threshold, off, softMs, interrupts, ...manner, end: { kind: 'silence', ms }, prefixMs };
  }
  const eagerness = detection.eagerness === 'auto' ? 'medium' : detection.eagerness;
  const { complete, doubted, incomplete, unclear, unknown } = PATIENCE[eagerness];
  return {
    on: ON,
    off: ON - ON_TO_OFF,
    softMs: SOFT_MS,
    interrupts,
    ...manner,
    end: {
      kind: 'words',
      unknownMs: unknown,
      completeMs: complete,
      doubtedMs: doubted,
      soundingMs: Math.min(incomplete, unclear),
      backchannelMs: complete,
      incompleteMs: incomplete,
      unclearMs: unclear,
      noneMs: unclear,
    },
    prefixMs: PREFIX_MS,
  };
}
