/**
 * `node dist/bench/echoes/main.js`: no server and no socket; the voice detector, the ear for echoes and the rules of turns
 * over an answer that its microphone hears, in rooms and at levels of every kind, with nobody and with somebody over it.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { HEARING_RATE, joinedSamples, msToSamples, SPEECH_RATE } from '../../audio/pcm.js';
import { resampler } from '../../audio/resample.js';
import { VAD_FRAME_SAMPLES, type Vad } from '../../engines/contract.js';
import { sileroVad } from '../../engines/vad/silero.js';
import { loadRecordings } from '../questions.js';
import { type Judgement, judge } from './judging.js';
import { comesBack, mixed, type Over, type Way } from './mixing.js';
import { tableHead, tableRow } from './table.js';

const WAYS: readonly Way[] = [
  { gain: 0.03, delayMs: 20, room: null, lowCutHz: 0, noise: 2 },
  { gain: 0.1, delayMs: 120, room: null, lowCutHz: 0, noise: 2 },
  { gain: 0.1, delayMs: 200, room: { seconds: 0.3, straight: 3 }, lowCutHz: 200, noise: 10 },
  { gain: 0.03, delayMs: 200, room: { seconds: 0.4, straight: 0 }, lowCutHz: 300, noise: 5 },
  { gain: 0.3, delayMs: 300, room: { seconds: 0.6, straight: 0 }, lowCutHz: 300, noise: 30 },
  { gain: 0.3, delayMs: 300, room: { seconds: 0.6, straight: -3 }, lowCutHz: 300, noise: 30 },
  { gain: 0.5, delayMs: 500, room: { seconds: 0.7, straight: -6 }, lowCutHz: 300, noise: 30 },
];
const LEVELS = [0, -6, -12] as const;
const ANSWER = ['i-have-read-about-you', 'they-say-that-you-tell-stories', 'so-please-tell-me-one'];
const QUESTIONS = ['what-time-is-it', 'how-old-are-you', 'tell-me-a-story', 'what-is-the-weather-like'];
const FIRST_MS = 4000;
const GAP_MS = 250;
const JITTER_MS = 50;

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const { questions, story, parts } = loadRecordings(root);
const recordings = new Map([...questions, story, ...parts].map(({ id, samples }) => [id, atHearing(samples)]));
const answer = joinedSamples(
  [...ANSWER, ...ANSWER].flatMap((id) => [recordings.get(id)!, new Int16Array(msToSamples(GAP_MS, HEARING_RATE))]),
);

function atHearing(samples: Int16Array): Int16Array {
  const resampling = resampler(SPEECH_RATE, HEARING_RATE);
  return joinedSamples([resampling.push(samples), resampling.flush()]);
}

async function* framesOf(samples: Int16Array): AsyncGenerator<Int16Array, void, undefined> {
  for (let at = 0; at + VAD_FRAME_SAMPLES <= samples.length; at += VAD_FRAME_SAMPLES)
    yield samples.slice(at, at + VAD_FRAME_SAMPLES);
}

async function heard(vad: Vad, echo: Float64Array, over: Over | null, way: Way): Promise<Judgement> {
  const microphone = mixed(echo, over, way, 1);
  const signal = new AbortController().signal;
  const speech: number[] = [];
  for await (const each of vad(framesOf(microphone), { signal, log, turn: 'echoes' })) speech.push(each);
  const from = over?.at ?? 0;
  const utterance = { from, to: over === null ? answer.length : from + over.voice.length };
  return judge({ answer, microphone, speech, jitterMs: JITTER_MS, utterance });
}

const log = pino({ level: 'silent' });
const vad = sileroVad({ workerFile: join(root, 'dist/engines/vad/silero-worker.js'), log });
try {
  process.stdout.write(tableHead(LEVELS));
  for (const way of WAYS) {
    const echo = comesBack(answer, way);
    const alone = await heard(vad.run, echo, null, way);
    const over: Judgement[][] = [];
    for (const level of LEVELS) {
      const asked: Judgement[] = [];
      for (const [index, id] of QUESTIONS.entries()) {
        const at = msToSamples(FIRST_MS + index * GAP_MS, HEARING_RATE);
        asked.push(await heard(vad.run, echo, { voice: recordings.get(id)!, at, level }, way));
      }
      over.push(asked);
    }
    process.stdout.write(tableRow(way, alone, over, FIRST_MS));
  }
} finally {
  await vad.close();
}
