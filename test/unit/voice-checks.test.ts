import { pino } from 'pino';
import { expect, it } from 'vitest';
import { VAD_FRAME_SAMPLES, type Vad } from '../../src/engines/contract.js';
import { checkRecordings } from '../../src/voices/checks.js';
import type { Recording } from '../../src/voices/decoding.js';

const context = { signal: new AbortController().signal, log: pino({ level: 'silent' }), turn: 'voice' };
const LOUD = 3000;

/** Somebody speaks wherever it is louder than this. */
const loudVad = (over: number): Vad =>
  async function* (frames) {
    for await (const frame of frames) {
      expect(frame).toHaveLength(VAD_FRAME_SAMPLES);
      yield Math.max(...frame) > over ? 0.9 : 0.1;
    }
  };

/** A tone of 400 Hz, and silence behind it. */
function recording(tone: number, silence: number, level = LOUD, clipped = 0): Recording {
  const samples = Int16Array.from({ length: (tone + silence) * 24_000 }, (_, at) =>
    at < tone * 24_000 ? level * Math.sin((at * 2 * Math.PI * 400) / 24_000) : 0,
  );
  return { samples, seconds: tone + silence, clipped };
}

const check = (recordings: readonly Recording[], over = 100) => checkRecordings(recordings, loudVad(over), context);

it('counts the seconds in which somebody speaks, of all recordings', async () => {
  expect(await check([recording(4, 0)])).toBeCloseTo(4, 1);
  expect(await check([recording(2, 1), recording(1.5, 2)])).toBeCloseTo(3.5, 0);
});

it.each<readonly [string, readonly Recording[], string]>([
  ['a short one beside a long one', [recording(10, 0), recording(2.9, 0)], 'recording_length'],
  ['one that is too long', [recording(60.5, 0)], 'recording_length'],
  ['one that is cut off at its peaks', [recording(5, 0, LOUD, 0.011)], 'recording_clipped'],
  ['speech that is too quiet, however long', [recording(20, 0, 200)], 'recording_too_quiet'],
  ['digital silence', [recording(0, 5)], 'recording_too_quiet'],
  ['too little speech in a long recording', [recording(2.5, 30)], 'too_little_speech'],
])('refuses %s', async (_, recordings, code) => {
  await expect(check(recordings)).rejects.toMatchObject({ code, param: 'recording' });
});

it('takes the level of what is spoken, not of the pauses around it', async () => {
  expect(await check([recording(4, 50, 400)])).toBeCloseTo(4, 0);
});

it('hears noise that is no speech as too little of it', async () => {
  await expect(check([recording(20, 0)], 30_000)).rejects.toMatchObject({ code: 'too_little_speech' });
});

it('says which one is wrong', async () => {
  await expect(check([recording(5, 0), recording(1, 0)])).rejects.toThrow(/^Recording 2 lasts 1\.0 s/);
});
