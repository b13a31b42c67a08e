/** A turn that is open: what has been said of it, since when, and the tries to recognise it. */
import { HEARING_RATE, samplesToMs } from '../audio/pcm.js';
import type { EngineContext, HearingOptions, SttEngine } from '../engines/contract.js';
import type { Language } from '../languages/language.js';
import { type Hush, type HushListener, listenForHush } from './hush.js';
import { newId } from './ids.js';
import { type Recognising, recognise } from './recognising.js';
import type { Pause } from './said.js';
import { type Attempt, type Heard, startAttempt } from './transcribing.js';
import { OPENS } from './turn-taking.js';
import { FORGIVES } from './turn-weighing.js';

export interface Open {
  readonly itemId: string;
  readonly from: number;
  readonly recognising: Recognising;
  /** What was spoken when it began: a caller who changes the language changes that of the next turn. */
  readonly language: Language;
  readonly hush: HushListener;
  /** Samples with speech in them so far: a recogniser may look at this when the turn is over. */
  readonly speech: { voiced: number };
  /** When the first sound came of what is said now, where its last so far was, and when that came. */
  startedAt: number;
  lastVoiced: number;
  /** The same place in the recording, which later gaps do not move. */
  soundedTo: number;
  spokenAt: number;
  /** The pause that may be the end of it; null: it is being spoken. */
  pause: Pause | null;
}

export interface OpenTools {
  readonly stt: SttEngine;
  readonly options: () => HearingOptions;
  readonly language: () => Language;
  readonly context: EngineContext;
}

interface Beginning {
  readonly from: number;
  readonly voicedFrom: number;
  /** Of the recording: what is there by now. */
  readonly position: number;
  readonly startedAt: number;
  readonly spokenAt: number;
  /** All that has been said by now. */
  readonly soFar: () => Int16Array;
  readonly overheard: (heard: Heard) => void;
}

const OPENS_MS = samplesToMs(OPENS, HEARING_RATE);
export const toMs = (samples: number): number => Math.floor(samplesToMs(samples, HEARING_RATE));

export function openTurn({ stt, options, language, context }: OpenTools, begun: Beginning): Open {
  const itemId = newId('item');
  const speech = { voiced: 0 };
  const recognising = recognise({
    stt,
    attempt(onPartial) {
      const hints = { ...options(), voicedMs: () => toMs(speech.voiced) };
      const attempt = startAttempt(stt, hints, { ...context, turn: itemId }, onPartial);
      attempt.hear(begun.soFar());
      return attempt;
    },
    overheard: begun.overheard,
  });
  const { from, voicedFrom, position, startedAt, spokenAt } = begun;
  const spoken = { startedAt, lastVoiced: voicedFrom, soundedTo: position, spokenAt };
  return { itemId, from, recognising, language: language(), hush: listenForHush(), speech, ...spoken, pause: null };
}

/** One more frame of it has come. */
export function hear({ recognising, hush }: Open, frame: Int16Array): Hush {
  recognising.hear(frame);
  return hush.hear(frame);
}

/** The caller is heard to speak, up to here. */
export function speakOn(turn: Open, lastVoiced: number, position: number, at: number): void {
  // What the reducer takes for one noise, and what it takes for two.
  if (lastVoiced - turn.lastVoiced > FORGIVES) turn.startedAt = at - OPENS_MS;
  turn.lastVoiced = lastVoiced;
  turn.soundedTo = position;
  turn.spokenAt = at;
}

/** Of what nobody said. No recogniser is asked, so that none can fail. */
export const UNSAID: Attempt = {
  hear() {},
  end() {},
  drop() {},
  heard: Promise.resolve({ kind: 'nothing' }),
  grows() {},
  tookMs: () => null,
  knownForMs: () => null,
};
