/**
 * One caller's ear: the microphone's audio in, whole utterances out. With turn detection the detector and `turns.ts`
 * find them; without it the caller commits them. Keeps only audio that may still belong to one.
 */
import type { Logger } from 'pino';
import type { Sound } from '../audio/encoding.js';
import { HEARING_RATE, msToSamples, samplesToMs } from '../audio/pcm.js';
import type { EndOfTurnEngine, Engine, HearingOptions, SttEngine, Vad } from '../engines/contract.js';
import { asParleyError, ParleyError } from '../errors.js';
import type { Language } from '../languages/language.js';
import type { TurnDetection } from '../protocol/session.js';
import { keepDetecting } from './detection.js';
import { newId } from './ids.js';
import { createIntake } from './intake.js';
import type { Loudspeaker } from './loudspeaker.js';
import { startRecording } from './recording.js';
import { startPause } from './said.js';
import { startAttempt } from './transcribing.js';
import type { TurnHooks, Utterance } from './turn-hooks.js';
import { type TurnManner, type TurnRules, turnRules } from './turn-rules.js';
import { createTurns } from './turns.js';

/** The engines that hear. A server without a recogniser has no ear. */
export interface Hearing {
  readonly vad: Engine<Vad>;
  readonly stt: SttEngine;
  /** Missing or null: nobody hears whether a turn sounds as if it were over. */
  readonly endOfTurn?: EndOfTurnEngine | null;
}

export interface Ear {
  /** Takes the microphone's audio, each piece at the rate that it has. */
  hear(sound: Sound): void;
  /** Everything since the last utterance, as one. */
  commit(): Utterance;
  clear(): void;
  /** Null: the caller commits. */
  follow(detection: TurnDetection | null): void;
  /** How much audio the caller has sent. */
  positionMs(): number;
  /** When the caller began to speak, on the house's clock; null: it does not. */
  spokenSince(): number | null;
}

export interface EarTools {
  readonly hearing: Hearing;
  readonly loudspeaker: Loudspeaker;
  readonly hooks: TurnHooks & { failed(error: ParleyError): void };
  readonly options: () => HearingOptions;
  readonly language: () => Language;
  readonly manner: TurnManner;
  readonly log: Logger;
  readonly now: () => number;
  readonly session: AbortSignal;
}

const inHearing = (ms: number) => msToSamples(ms, HEARING_RATE);
const inMs = (samples: number) => Math.floor(samplesToMs(samples, HEARING_RATE));
/** What may wait for the detector, or for a commit. */
const MOST_WAITING = inHearing(120_000);
/** What is kept while nobody speaks: the longest prefix that a caller may ask for, and some. */
const KEPT = inHearing(6000);
/** The protocol's least is 100 ms, of which the resampler holds the last 2 or 3 back; there is no word in less. */
const LEAST_COMMIT = inHearing(97);
/** Audio comes every 20 to 100 ms; after this long without any it is not coming. */
const SILENT_MS = 200;
const TICK_MS = 100;

export function createEar(tools: EarTools): Ear {
  const { hearing, hooks, now, session } = tools;
  const context = { signal: session, log: tools.log, turn: 'ear' };
  const recording = startRecording();
  const turns = createTurns(recording, { ...tools, stt: hearing.stt, endOfTurn: hearing.endOfTurn ?? null, context });
  let rules: TurnRules | null = null;
  let isFull = false;
  /** A turn that was open when detection was switched off: a commit ends it under the name that the caller was told. */
  let left: string | null = null;
  /** When audio came last, and until when time has been counted. */
  let inputAt = now();
  let countedAt = inputAt;

  const detection = keepDetecting(hearing.vad, {
    context,
    now,
    judged(end, speech) {
      if (rules === null) return;
      // Audio may come faster than it is spoken; then it was spoken before now.
      turns.judge(end, speech, rules, now() - samplesToMs(recording.end - end, HEARING_RATE));
      recording.forgetBefore(turns.isOpen ? turns.needed : Math.max(turns.needed, end - KEPT));
    },
    failed(error, isNews) {
      turns.close();
      if (isNews) hooks.failed(error);
    },
  });
  const intake = createIntake(recording, (frame) => {
    if (rules !== null) detection.hear(frame, recording.end);
  });
  let tickedAt = inputAt;
  every(TICK_MS, session, hooks.failed, () => {
    const stoodStill = now() - tickedAt > 2 * TICK_MS;
    tickedAt = now();
    // After a standstill of our own, what was said meanwhile is still to be read.
    if (stoodStill) return;
    const { position } = detection;
    if (position !== null && position < recording.end) {
      detection.checkLate();
    } else if (rules !== null && turns.isOpen && now() - inputAt >= SILENT_MS) {
      turns.pass(inHearing(now() - countedAt), rules);
      countedAt = now();
    }
  });

  const takeRest = () => {
    intake.takeRest();
    detection.leave();
  };
  const begin = () => {
    left = null;
    recording.forgetBefore(recording.end);
    isFull = false;
  };
  /** Says once that there is no more room, and then only when there has been some. */
  const hasRoom = () => {
    const judgedTo = detection.position;
    const waiting = recording.end - (judgedTo ?? recording.start);
    if (waiting < MOST_WAITING) isFull = false;
    else if (rules !== null && judgedTo === null) recording.forgetBefore(recording.end - KEPT);
    else if (isFull) return false;
    else {
      isFull = true;
      throw new ParleyError('audio_backlog');
    }
    return true;
  };
  return {
    hear(sound) {
      if (sound.samples.length === 0) return;
      inputAt = now();
      countedAt = inputAt;
      if (hasRoom()) intake.take(sound);
    },
    commit() {
      const from = Math.max(turns.needed, recording.start);
      if (recording.end + intake.held - from < LEAST_COMMIT) throw new ParleyError('input_audio_buffer_commit_empty');
      takeRest();
      const itemId = turns.release(recording.end)?.itemId ?? left ?? newId('item');
      const attempt = startAttempt(hearing.stt, tools.options(), { ...context, turn: itemId });
      attempt.hear(recording.slice(from, recording.end));
      attempt.end();
      const { said } = startPause(attempt, null, now);
      const spokenAt = now();
      begin();
      return {
        itemId,
        endMs: inMs(recording.end),
        heard: attempt.heard,
        grows: attempt.grows,
        tookMs: attempt.tookMs,
        voicedMs: null,
        said: () => said(spokenAt),
      };
    },
    clear() {
      takeRest();
      turns.release(recording.end);
      begin();
    },
    follow(detected) {
      rules = detected === null ? null : turnRules(detected, tools.manner);
      if (rules === null) {
        detection.leave();
        left = turns.release(turns.needed)?.itemId ?? left;
      } else if (detection.position === null) {
        left = null;
        recording.forgetBefore(recording.end - KEPT);
      }
    },
    positionMs: () => inMs(recording.end),
    spokenSince: () => turns.spokenSince,
  };
}

/** Until the signal aborts; what goes wrong is told, and does not end it. */
function every(ms: number, signal: AbortSignal, failed: (error: ParleyError) => void, act: () => void): void {
  // Whoever has gone before aborts nothing any more.
  if (signal.aborted) return;
  const timer = setInterval(() => {
    try {
      act();
    } catch (thrown) {
      failed(asParleyError(thrown));
    }
  }, ms);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
