/**
 * One caller's ear: the microphone's audio in, whole utterances out. With turn detection the detector and `turns.ts`
 * find them; without it the caller commits them. Keeps only audio that may still belong to one.
 */
import type { Logger } from 'pino';
import type { Sound } from '../audio/encoding.js';
import { Framer, HEARING_RATE, msToSamples, SPEECH_RATE, samplesToMs } from '../audio/pcm.js';
import { resampler } from '../audio/resample.js';
import { type Engine, type HearingOptions, type Stt, VAD_FRAME_SAMPLES, type Vad } from '../engines/contract.js';
import { asParleyError, ParleyError } from '../errors.js';
import type { TurnDetection } from '../protocol/session.js';
import { type Detector, startDetector } from './detecting.js';
import { newId } from './ids.js';
import { startRecording } from './recording.js';
import { startAttempt } from './transcribing.js';
import { type TurnRules, turnRules } from './turn-rules.js';
import { createTurns, type TurnHooks, type Utterance } from './turns.js';

/** The engines that hear. A server without a recogniser has no ear. */
export interface Hearing {
  readonly vad: Engine<Vad>;
  readonly stt: Engine<Stt>;
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
}

export interface EarTools {
  readonly hearing: Hearing;
  readonly hooks: TurnHooks & { failed(error: ParleyError): void };
  readonly options: () => HearingOptions;
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
/** A detector judges within 10 ms. */
const LATE_MS = 2000;
/** One that broke off is tried again after this, and is whole again if it lasts as long as that. */
const RETRY_MS = 2000;
const MENDED_MS = 10_000;

export function createEar(tools: EarTools): Ear {
  const { hearing, hooks, log, now, session } = tools;
  const context = { signal: session, log, turn: 'ear' };
  const recording = startRecording();
  const turns = createTurns(recording, { ...tools, stt: hearing.stt, context });
  let heardRate = SPEECH_RATE;
  let toHearing = resampler(heardRate, HEARING_RATE);
  const framer = new Framer(VAD_FRAME_SAMPLES);
  let rules: TurnRules | null = null;
  let detector: Detector | null = null;
  let failedAt: number | null = null;
  let isFull = false;
  /** A turn that was open when detection was switched off: a commit ends it under the name that the caller was told. */
  let left: string | null = null;
  /** When audio came last, until when time has been counted, and when the detector was last level with the audio. */
  let inputAt = now();
  let countedAt = inputAt;
  let levelAt = inputAt;

  const judged = (end: number, speech: number) => {
    levelAt = now();
    if (failedAt !== null && levelAt - failedAt > MENDED_MS) failedAt = null;
    if (rules === null) return;
    // Audio may come faster than it is spoken; then it was spoken before now.
    turns.judge(end, speech, rules, levelAt - samplesToMs(recording.end - end, HEARING_RATE));
    recording.forgetBefore(turns.isOpen ? turns.needed : Math.max(turns.needed, end - KEPT));
  };
  const failed = (error: ParleyError) => {
    const isNews = failedAt === null;
    failedAt = now();
    leaveDetector();
    turns.close();
    if (isNews) hooks.failed(error);
  };
  const leaveDetector = () => {
    detector?.stop();
    detector = null;
  };
  const detect = (frame: Int16Array) => {
    // While nobody judges, what is said is kept as long as a commit may want it.
    if (detector === null && failedAt !== null && now() - failedAt < RETRY_MS) return;
    const start = recording.end - frame.length;
    if (detector === null || detector.position >= start) levelAt = now();
    detector ??= startDetector(hearing.vad, start, context, { judged, failed });
    detector.hear(frame);
  };
  const isBehind = () => detector !== null && detector.position < recording.end;
  const passTime = () => {
    if (isBehind()) {
      if (now() - levelAt > LATE_MS) failed(new ParleyError('deadline', 'The voice detector does not answer.'));
    } else if (rules !== null && turns.isOpen && now() - inputAt >= SILENT_MS) {
      turns.pass(inHearing(now() - countedAt), rules);
      countedAt = now();
    }
  };
  const timer = setInterval(() => {
    try {
      passTime();
    } catch (thrown) {
      hooks.failed(asParleyError(thrown));
    }
  }, TICK_MS);
  session.addEventListener('abort', () => clearInterval(timer), { once: true });

  const take = (samples: Int16Array) => {
    for (const frame of framer.push(samples)) {
      recording.add(frame);
      if (rules !== null) detect(frame);
    }
  };
  /** Another rate begins where the one before ends, to the sample. */
  const takeAt = (rate: number) => {
    if (rate === heardRate) return;
    take(toHearing.flush());
    heardRate = rate;
    toHearing = resampler(rate, HEARING_RATE);
  };
  /** Takes in what waits to be a whole frame. The detector does not hear it; the next audio begins afresh. */
  const takeRest = () => {
    for (const frame of framer.push(toHearing.flush())) recording.add(frame);
    if (framer.held > 0) recording.add(framer.rest());
    leaveDetector();
  };
  const begin = () => {
    left = null;
    recording.forgetBefore(recording.end);
    isFull = false;
  };
  /** Says once that there is no more room, and then only when there has been some. */
  const hasRoom = () => {
    const waiting = detector === null ? recording.end - recording.start : recording.end - detector.position;
    if (waiting < MOST_WAITING) isFull = false;
    else if (rules !== null && detector === null) recording.forgetBefore(recording.end - KEPT);
    else if (isFull) return false;
    else {
      isFull = true;
      throw new ParleyError('audio_backlog');
    }
    return true;
  };
  return {
    hear({ rate, samples }) {
      if (samples.length === 0) return;
      inputAt = now();
      countedAt = inputAt;
      if (!hasRoom()) return;
      takeAt(rate);
      take(toHearing.push(samples));
    },
    commit() {
      const from = Math.max(turns.needed, recording.start);
      if (recording.end + framer.held - from < LEAST_COMMIT) throw new ParleyError('input_audio_buffer_commit_empty');
      takeRest();
      const itemId = turns.release(recording.end)?.itemId ?? left ?? newId('item');
      const attempt = startAttempt(hearing.stt, tools.options(), { ...context, turn: itemId });
      attempt.hear(recording.slice(from, recording.end));
      attempt.end();
      begin();
      return { itemId, endMs: inMs(recording.end), heard: attempt.heard, voicedMs: null, spokenAt: now() };
    },
    clear() {
      takeRest();
      turns.release(recording.end);
      begin();
    },
    follow(detection) {
      rules = detection === null ? null : turnRules(detection);
      if (rules === null) {
        leaveDetector();
        left = turns.release(turns.needed)?.itemId ?? left;
      } else if (detector === null) {
        left = null;
        recording.forgetBefore(recording.end - KEPT);
      }
    },
    positionMs: () => inMs(recording.end),
  };
}
