/** The proof of voices on this machine, with voices that play recordings or hum, and an ear that knows the recordings. */
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { HEARING_RATE, joinedSamples, SPEECH_RATE } from '../../src/audio/pcm.js';
import { resampler } from '../../src/audio/resample.js';
import { proveVoices } from '../../src/bench/live-speech.js';
import { voiceLines } from '../../src/bench/live-table.js';
import { recordingRecogniser } from '../../src/bench/recording-recogniser.js';
import { voicedRange } from '../../src/bench/voiced.js';
import type { Stt, SttEngine, TtsEngine } from '../../src/engines/contract.js';
import type { Candidate } from '../../src/engines/resilience/line-up.js';
import { ParleyError } from '../../src/errors.js';
import { recordings } from '../fixtures/hearing/recordings.js';

const SAID = new Map([
  ['Tell me a story.', recordings.tellMeAStory],
  ['What is Parley?', recordings.whatIsParley],
  ['How is the weather today?', recordings.howIsTheWeather],
  ['What is the capital of France?', recordings.capitalOfFrance],
]);
const WORDS = 18;
const sentences = [...SAID.keys()];
const context = { signal: new AbortController().signal, log: pino({ level: 'silent' }), turn: 'live' };

const atSpeechRate = (samples: Int16Array): Int16Array => {
  const resample = resampler(HEARING_RATE, SPEECH_RATE);
  return joinedSamples([resample.push(samples), resample.flush()]);
};
const playing = (text: string): Int16Array => atSpeechRate(SAID.get(text)!);
const humming = (): Int16Array => Int16Array.from({ length: SPEECH_RATE }, (_, n) => 6000 * Math.sin(n / 30));

function candidate<E extends SttEngine | TtsEngine>(engine: E): Candidate<E> {
  return { name: engine.name, why: '', obstacle: null, start: () => [engine] };
}

/** Counts in `closed` what was given back. */
function voice(name: string, sound: (text: string) => Int16Array, closed: string[] = []): Candidate<TtsEngine> {
  return candidate<TtsEngine>({
    name,
    voices: [],
    readAhead: 1,
    async *run(phrases) {
      for await (const { index, text } of phrases) yield { phrase: index, samples: sound(text), words: [] };
    },
    health: () => 'up',
    close: async () => void closed.push(name),
  });
}

function ear(run: Stt, closed: string[] = []): Candidate<SttEngine> {
  return candidate<SttEngine>({
    name: 'whisper',
    run,
    readAhead: 1,
    givesPartials: false,
    health: () => 'up',
    close: async () => void closed.push('whisper'),
  });
}

const [story, ...questions] = [...SAID].map(([text, recording]) => {
  const samples = atSpeechRate(recording);
  return { id: text, text, samples, voiced: voicedRange(samples, SPEECH_RATE) };
});
const recognise = recordingRecogniser({ questions, story: story!, parts: [], noises: [] });

/** What was said, if it sounds like one of the recordings. */
const hears: Stt = async function* (audio) {
  const pieces: Int16Array[] = [];
  for await (const piece of audio) pieces.push(piece);
  yield { kind: 'final', text: recognise({ rate: HEARING_RATE, samples: joinedSamples(pieces) }) };
};

describe('the proof of a voice', () => {
  it('counts no word wrong of what was said as it is written', async () => {
    const closed: string[] = [];
    const proved = await proveVoices([voice('kokoro', playing, closed)], [ear(hears, closed)], context, sentences);
    expect(proved).toMatchObject([{ engine: 'kokoro', outcome: { kind: 'ran', heard: { wrong: 0, of: WORDS } } }]);
    expect(voiceLines(proved)).toMatch(/kokoro +first sound p50 \d+ ms, .*, 0\.0 % of 18 words wrong\n/);
    expect(closed).toEqual(['kokoro', 'whisper']);
  });

  it('fails a voice that hums, with its figures, and goes on with the next', async () => {
    const closed: string[] = [];
    const voices = [voice('kokoro', humming, closed), voice('coqui', playing, closed)];
    const proved = await proveVoices(voices, [ear(hears)], context, sentences);
    expect(proved.map(({ outcome }) => outcome.kind)).toEqual(['failed', 'ran']);
    expect(voiceLines(proved)).toMatch(
      /kokoro +FAILED: engine_failed: More than half of it was not understood: first sound .*, 100\.0 % of 18 words wrong\.\n/,
    );
    expect(closed).toEqual(['kokoro', 'coqui']);
  });

  it('bears a voice of which half is understood', async () => {
    // Nine words of eighteen.
    const understood = ['Tell me a story.', 'How is the weather today?'];
    const half = (text: string) => (understood.includes(text) ? playing(text) : humming());
    const [proved] = await proveVoices([voice('kokoro', half)], [ear(hears)], context, sentences);
    expect(proved?.outcome).toMatchObject({ kind: 'ran', heard: { wrong: 9, of: WORDS } });
  });

  it('tells of an ear that fails once, by itself, and lets the voices speak without it', async () => {
    let asked = 0;
    const deaf = ear(async function* () {
      asked += 1;
      yield* [];
      throw new ParleyError('stt_failed', 'The model is damaged.');
    });
    const voices = [voice('kokoro', playing), voice('coqui', humming)];
    const proved = await proveVoices(voices, [deaf], context, sentences);
    expect(proved).toMatchObject([
      { engine: 'whisper', outcome: { kind: 'failed', code: 'stt_failed', why: 'The model is damaged.' } },
      { engine: 'kokoro', outcome: { kind: 'ran', heard: null } },
      { engine: 'coqui', outcome: { kind: 'ran', heard: null } },
    ]);
    expect(voiceLines(proved)).toMatch(/whisper +FAILED: stt_failed: The model is damaged\.\n/);
    expect(asked).toBe(1);
  });

  it('does not wait for a voice whose process dies again and again, and goes on with the next', async () => {
    const closed: string[] = [];
    const why = 'exited with code 1';
    const seen = ['starting', `starting again (${why})`, why, `starting again (${why})`, why];
    const [dying] = voice('kokoro', humming, closed).start('first');
    const candidateOf = candidate<TtsEngine>({
      ...dying!,
      health: () => ({ down: seen.shift() ?? why }),
      ready: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    const proved = await proveVoices([candidateOf, voice('coqui', playing, closed)], [], context, sentences);
    expect(proved).toMatchObject([
      { engine: 'kokoro', outcome: { kind: 'failed', code: 'worker_unavailable', why } },
      { engine: 'coqui', outcome: { kind: 'ran' } },
    ]);
    expect(closed).toEqual(['kokoro', 'coqui']);
  });

  it('fails a voice that says nothing, and starts no ear where nobody can speak', async () => {
    const silent = voice('kokoro', () => new Int16Array(0));
    const [proved] = await proveVoices([silent], [ear(hears)], context, sentences);
    expect(proved?.outcome).toMatchObject({ kind: 'failed', code: 'tts_failed' });
    const missing = { ...silent, obstacle: { why: 'no weights', enable: 'npm run setup:local kokoro' } };
    const unwanted = { ...ear(hears), start: () => expect.unreachable() };
    const none = await proveVoices([missing], [unwanted], context, sentences);
    expect(none).toMatchObject([{ engine: 'kokoro', outcome: { kind: 'skipped', why: 'no weights' } }]);
  });
});
