/** What the server makes of a microphone that hears an answer: its own ear for echoes and its own reducer decide, offline. */
import { HEARING_RATE, msToSamples, SPEECH_RATE, samplesToMs } from '../../audio/pcm.js';
import { resampler } from '../../audio/resample.js';
import { watchEcho } from '../../conversation/echo.js';
import { createLoudspeaker, type Loudspeaker } from '../../conversation/loudspeaker.js';
import { startRecording } from '../../conversation/recording.js';
import { quiet, type Turn } from '../../conversation/turn.js';
import { INTERRUPTING, turnRules } from '../../conversation/turn-rules.js';
import { step } from '../../conversation/turn-taking.js';
import { VAD_FRAME_SAMPLES } from '../../engines/contract.js';
import type { Caller } from '../../protocol/caller.js';
import { seededRandom } from '../random.js';

export interface Judgement {
  /** Frames in which the voice detector hears somebody. */
  readonly speech: number;
  /** Of them, those that were not taken for the echo, from the first that was on. */
  readonly foreign: number;
  /** How much of the speech had been heard when it was first known what it is; null: it never was. */
  readonly knownMs: number | null;
  /** When the answer was held, and when it was cut off, in milliseconds of the microphone. */
  readonly held: readonly number[];
  readonly cut: readonly number[];
  /** What was said in the place that was asked about was all the answer's own. */
  readonly isAllEcho: boolean;
}

export interface Heard {
  /** What was sent, at HEARING_RATE; it sounds from the first sample of the microphone on. */
  readonly answer: Int16Array;
  readonly microphone: Int16Array;
  /** The detector's verdicts on the microphone. */
  readonly speech: readonly number[];
  /** Reports come every 100 ms and are wrong by up to so much. */
  readonly jitterMs: number;
  /** An utterance of the microphone, about which is asked when it ends. */
  readonly utterance: { readonly from: number; readonly to: number };
}

/** No words are asked for here: speech that goes on is all that shows that somebody is heard. */
const RULES = turnRules(
  { type: 'semantic_vad', eagerness: 'auto', create_response: true, interrupt_response: true },
  { speculates: false, holds: false, interrupting: INTERRUPTING },
);
const REPORTS_MS = 100;
/** As the ear does. */
const KEPT = msToSamples(6000, HEARING_RATE);
const RESPONSE = 1;

export function judge({ answer, microphone, speech, jitterMs, utterance }: Heard): Judgement {
  const { loudspeaker, length } = playing(answer);
  const recording = startRecording();
  const echo = watchEcho(recording, loudspeaker);
  const reports = reporting(jitterMs);
  const marks = { held: [] as number[], cut: [] as number[] };
  let turn: Turn = quiet;
  const foreign: number[] = [];
  let isAllEcho = false;
  for (let frame = 0; frame < speech.length; frame += 1) {
    const end = (frame + 1) * VAD_FRAME_SAMPLES;
    recording.add(microphone.subarray(end - VAD_FRAME_SAMPLES, end));
    const atMs = samplesToMs(end, HEARING_RATE);
    const heard = Math.min(length, reports(atMs));
    const sounds = { response: RESPONSE, heard, moves: heard < length };
    const judged = { end, speech: speech[frame]!, off: RULES.off, lateMs: 0 };
    foreign.push(echo.hear(judged, 'speaking', sounds));
    const next = step(turn, { kind: 'frame', end, speech: foreign[frame]!, hush: 'none', avatar: 'speaking' }, RULES);
    turn = next.turn;
    for (const { kind } of next.actions) {
      if (kind === 'pause') marks.held.push(atMs);
      if (kind === 'interrupt') marks.cut.push(atMs);
    }
    if (end <= utterance.to) isAllEcho = echo.isAll(utterance.from, end);
    recording.forgetBefore(end - KEPT);
  }
  return { ...marks, ...counted(speech, foreign), isAllEcho };
}

function counted(speech: readonly number[], foreign: readonly number[]) {
  const isSpeech = (each: number) => each >= RULES.off;
  const first = speech.findIndex((each, frame) => isSpeech(each) && !isSpeech(foreign[frame]!));
  const before = speech.slice(0, Math.max(0, first)).filter(isSpeech).length;
  return {
    speech: speech.filter(isSpeech).length,
    foreign: first < 0 ? foreign.filter(isSpeech).length : foreign.slice(first).filter(isSpeech).length,
    knownMs: first < 0 ? null : samplesToMs(before * VAD_FRAME_SAMPLES, HEARING_RATE),
  };
}

function playing(answer: Int16Array): { loudspeaker: Loudspeaker; length: number } {
  const resampling = resampler(HEARING_RATE, SPEECH_RATE);
  const samples = Int16Array.from([...resampling.push(answer), ...resampling.flush()]);
  const loudspeaker = createLoudspeaker(samples.length);
  const silent = { openAudio: () => ({ send() {}, end() {} }) } as unknown as Caller;
  const way = loudspeaker.overhear(silent).openAudio(RESPONSE, { type: 'audio/pcm', rate: SPEECH_RATE });
  way.send({ response_id: '', item_id: '', output_index: 0, content_index: 0 }, 0, samples);
  return { loudspeaker, length: samples.length };
}

/** What a player's last report and the clock say of how much has sounded. */
function reporting(jitterMs: number): (atMs: number) => number {
  const random = seededRandom(3);
  let last = { atMs: Number.NEGATIVE_INFINITY, off: 0 };
  return (atMs) => {
    if (atMs - last.atMs >= REPORTS_MS) last = { atMs, off: (random() * 2 - 1) * jitterMs };
    return Math.max(0, msToSamples(atMs + last.off));
  };
}
