/** Engines that reach nobody and cost nothing: they give the same words, sound and pictures to everybody, at once. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { FRAME_SAMPLES } from '../audio/pcm.js';
import type { Engine, FaceEngine, Llm, SttEngine, TtsEngine, Vad } from '../engines/contract.js';

const LINE = 'Yes, with pleasure. The lamp is lit.';
/** Half as loud as speech may be: nobody takes it for silence. */
const LOUD = 8000;
/** Of sound for each phrase, in frames: together less than is sent ahead of a listener, who need not be waited for. */
const FRAMES = 3;

const always = { readAhead: 0, health: () => 'up' as const, close: async () => {} };

/** What is loud is speech. */
export const cannedVad: Engine<Vad> = {
  name: 'canned detector',
  ...always,
  async *run(frames) {
    for await (const frame of frames) yield Math.abs(frame[0] ?? 0) > LOUD / 2 ? 0.99 : 0.01;
  },
};

export const cannedStt: SttEngine = {
  name: 'canned recogniser',
  ...always,
  givesPartials: false,
  mayBeAskedAhead: true,
  readAhead: Number.POSITIVE_INFINITY,
  async *run(audio) {
    for await (const _ of audio);
    yield { kind: 'final', text: 'Is the lamp lit?' };
  },
};

export const cannedLlm: Engine<Llm> = {
  name: 'canned model',
  ...always,
  async *run() {
    for (const text of LINE.match(/\s*\S+/g) ?? []) {
      await turnOfTheLoop();
      yield { kind: 'text', text };
    }
    yield { kind: 'usage', inputTokens: 1, outputTokens: 1 };
  },
};

export const cannedTts: TtsEngine = {
  name: 'canned voice',
  ...always,
  voices: [],
  async *run(phrases) {
    for await (const { index, text } of phrases) {
      for (let frame = 0; frame < FRAMES; frame += 1) {
        await turnOfTheLoop();
        const words = frame === 0 ? [{ from: 0, to: text.length, start: 0, end: FRAMES * FRAME_SAMPLES }] : [];
        yield { phrase: index, samples: new Int16Array(FRAME_SAMPLES).fill(LOUD), words };
      }
    }
  },
};

/** For an avatar whose mouths are not ready made. */
export const cannedFace: FaceEngine = {
  name: 'canned face',
  ...always,
  lookAheadMs: 0,
  animates: () => true,
  async *run(frames, { avatar, base }) {
    const place = { x: 0, y: 0, width: 16, height: 16 };
    let index = 0;
    for await (const _ of frames) {
      yield { index, base: (base + index) % avatar.frames, patch: { place, jpeg: new Uint8Array(2048) } };
      index += 1;
    }
  },
};
