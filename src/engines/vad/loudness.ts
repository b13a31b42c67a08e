/**
 * The detector for machines where onnxruntime does not load: whatever stands out from the steady noise is taken for
 * speech. It follows that noise by its quietest moments, so that a fan or a hum is speech for two seconds at most; a
 * door that slams, or music, it cannot tell from a voice.
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { HEARING_RATE } from '../../audio/pcm.js';
import { asParleyError } from '../../errors.js';
import { itemsUntil } from '../../flow.js';
import type { Engine, EngineContext, Vad } from '../contract.js';
import { checkedFrame } from './vad-frame.js';

/** Rumble and most of mains hum lie below; voices begin at about 85 Hz but are loudest above 200. */
const HIGH_PASS_HZ = 100;
const KEPT = Math.exp((-2 * Math.PI * HIGH_PASS_HZ) / HEARING_RATE);
/** The noise is as loud as the quietest frame of the last 1.9 s: a voice pauses, or closes its lips, more often. */
const FLOOR_FRAMES = 60;
/** A quiet room. It is the floor until something quieter or 1.9 s have been heard, and it is never lower than this. */
const QUIETEST_DB = -62;
/** So far above the noise is as likely speech as not; 5 dB more and it is 0.9. */
const EVEN_DB = 10;
const SLOPE_DB = 2.3;
/** Of the way to a louder or a quieter frame: a click of one frame stays below 0.5, a gap of 100 ms does not close. */
const ATTACK = 0.45;
const RELEASE = 0.2;
/** After so many frames of a caller who is behind, everyone else gets a turn. */
const FRAMES_A_TURN = 64;

/** The ear of one stream: give it frame after frame. */
export function loudnessEar(): (frame: Int16Array) => number {
  const levels: number[] = new Array(FLOOR_FRAMES).fill(QUIETEST_DB);
  let before = 0;
  let filtered = 0;
  let probability = 0;
  return (frame) => {
    let energy = 0;
    for (const sample of frame) {
      filtered = KEPT * (filtered + sample - before);
      before = sample;
      energy += filtered * filtered;
    }
    const level = 10 * Math.log10(energy / frame.length / 32_768 ** 2 + 1e-12);
    levels.shift();
    levels.push(level);
    const floor = Math.max(QUIETEST_DB, Math.min(...levels));
    const now = 1 / (1 + Math.exp((floor + EVEN_DB - level) / SLOPE_DB));
    probability += (now > probability ? ATTACK : RELEASE) * (now - probability);
    return probability;
  };
}

async function* run(
  frames: AsyncIterable<Int16Array>,
  { signal }: EngineContext,
): AsyncGenerator<number, void, undefined> {
  signal.throwIfAborted();
  const hear = loudnessEar();
  let heard = 0;
  try {
    for await (const frame of itemsUntil(frames, signal)) {
      yield hear(checkedFrame(frame));
      heard += 1;
      if (heard % FRAMES_A_TURN === 0) await turnOfTheLoop();
      signal.throwIfAborted();
    }
  } catch (thrown) {
    throw signal.aborted ? signal.reason : asParleyError(thrown, 'engine_failed');
  }
}

export function loudnessVad(): Engine<Vad> {
  return { name: 'loudness', run, readAhead: 1, health: () => 'up', close: async () => {} };
}
