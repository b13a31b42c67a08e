/** What is known of a turn that is being heard. All lengths and moments are samples at HEARING_RATE. */
import { HEARING_RATE, msToSamples } from '../audio/pcm.js';
import type { Words } from './completeness.js';
import type { TurnAction } from './turn-events.js';

/**
 * What has been told of a turn. `hidden`: nothing; `pausing`: the avatar holds; `endured`: it has gone on, since nobody could tell
 * what it is; `told`: it is the caller's turn.
 */
type Standing = 'hidden' | 'pausing' | 'endured' | 'told';

export interface Open {
  readonly from: number;
  readonly lastVoiced: number;
  readonly voiced: number;
  /** Counts how often the turn has been recognised, from 1. */
  readonly attempt: number;
  /** All that was understood so far is a listener's word. */
  readonly isBackchannel: boolean;
  readonly standing: Standing;
  /** Where the avatar began to hold, the last time. */
  readonly heldFrom: number;
  /** Silences in which a recogniser was asked ahead. */
  readonly silences: number;
}

export interface Voice {
  /** Whether a recogniser is asked ahead: because nothing is left of the voice, or because the detector hears none. */
  readonly ahead: 'no' | 'hushed' | 'silent';
  /** Samples that the detector has taken for speech since nothing is left of it. */
  readonly hushed: number;
}

export type Turn =
  /** `voiced`: samples of speech in a row that may become a turn. */
  | { readonly kind: 'quiet'; readonly voiced: number }
  | ({ readonly kind: 'talking'; readonly voice: Voice } & Open)
  | ({ readonly kind: 'resting' } & Pause & Open);

interface Pause {
  readonly words: Words | null;
  /** How likely it is the end, by how it sounds; null: nobody can tell. */
  readonly over: number | null;
  /** Samples of speech in a row that may end it. */
  readonly again: number;
  /** How much of it is a gap in the audio. */
  readonly missing: number;
  /** When it will be the end, as was foreseen last; null: it has not been. */
  readonly foreseen: number | null;
}

export interface TurnStep {
  readonly turn: Turn;
  readonly actions: readonly TurnAction[];
}

export const quiet: Turn = { kind: 'quiet', voiced: 0 };

export type Talking = Extract<Turn, { kind: 'talking' }>;
export type Resting = Extract<Turn, { kind: 'resting' }>;

/** The same with these done before. */
export const after = (actions: readonly TurnAction[], next: TurnStep): TurnStep => ({
  turn: next.turn,
  actions: [...actions, ...next.actions],
});

export const samplesOf = (ms: number) => msToSamples(ms, HEARING_RATE);
