/** Whether recordings are fit to make a voice of: how long they are, how loud, how clean, and how much of them is speech. */
import { setImmediate } from 'node:timers/promises';
import { Framer, HEARING_RATE, SPEECH_RATE } from '../audio/pcm.js';
import { resampler } from '../audio/resample.js';
import { type EngineContext, VAD_FRAME_SAMPLES, type Vad } from '../engines/contract.js';
import { type Code, ParleyError } from '../errors.js';
import type { Recording } from './decoding.js';

const LEAST_S = 3;
const MOST_S = 60;
/** Of all recordings together. */
const LEAST_SPEECH_S = 3;
/** As the root of the mean square of what is spoken. */
const QUIETEST_DB = -45;
const MOST_CLIPPED = 0.01;
const VOICED = 0.5;
const FRAME_S = VAD_FRAME_SAMPLES / HEARING_RATE;

/** Resolves to the seconds of speech. Throws by name what is wrong, with the number of the recording. */
export async function checkRecordings(
  recordings: readonly Recording[],
  vad: Vad,
  context: EngineContext,
): Promise<number> {
  for (const [at, { seconds, clipped }] of recordings.entries()) {
    if (seconds < LEAST_S || seconds > MOST_S) {
      throw refusal('recording_length', at, `lasts ${seconds.toFixed(1)} s`);
    }
    if (clipped > MOST_CLIPPED) {
      throw refusal('recording_clipped', at, `has ${(clipped * 100).toFixed(0)} % of its samples at full scale`);
    }
  }
  let spokenS = 0;
  for (const [at, { samples }] of recordings.entries()) {
    const { seconds, level } = await speechIn(samples, vad, context);
    // Where nobody was heard, it may be because it is too quiet for that.
    if (level < QUIETEST_DB) throw refusal('recording_too_quiet', at, `is at ${level.toFixed(0)} dB of full scale`);
    spokenS += seconds;
  }
  if (spokenS < LEAST_SPEECH_S) {
    throw new ParleyError('too_little_speech', `There are ${spokenS.toFixed(1)} s of speech.`, { param: 'recording' });
  }
  return spokenS;
}

const refusal = (code: Code, at: number, what: string) =>
  new ParleyError(code, `Recording ${at + 1} ${what}.`, { param: 'recording' });

/** How long somebody speaks, and how loud: where nobody does, how loud it is as a whole. */
async function speechIn(samples: Int16Array, vad: Vad, context: EngineContext) {
  const energies: number[] = [];
  const noted = async function* () {
    for await (const frame of framesOf(samples)) {
      energies.push(energyOf(frame));
      yield frame;
    }
  };
  const voiced: number[] = [];
  let at = 0;
  for await (const probability of vad(noted(), context)) {
    const energy = energies[at];
    if (energy !== undefined && probability >= VOICED) voiced.push(energy);
    at += 1;
  }
  return { seconds: voiced.length * FRAME_S, level: decibels(voiced.length > 0 ? voiced : energies) };
}

/** Callers' sound waits for whatever is computed here: a second of it at a time, and then they have their turn. */
async function* framesOf(samples: Int16Array): AsyncGenerator<Int16Array, void, undefined> {
  const toHearing = resampler(SPEECH_RATE, HEARING_RATE);
  const framer = new Framer(VAD_FRAME_SAMPLES);
  for (let from = 0; from < samples.length; from += SPEECH_RATE) {
    yield* framer.push(toHearing.push(samples.subarray(from, from + SPEECH_RATE)));
    await setImmediate();
  }
  yield* framer.push(toHearing.flush());
  yield* framer.flush();
}

/** The mean square; 1 is full scale. */
function energyOf(frame: Int16Array): number {
  let sum = 0;
  for (const sample of frame) sum += (sample / 32_768) ** 2;
  return sum / frame.length;
}

/** Of full scale; minus infinity for digital silence. */
const decibels = (energies: readonly number[]): number =>
  10 * Math.log10(energies.reduce((sum, energy) => sum + energy, 0) / Math.max(1, energies.length));
