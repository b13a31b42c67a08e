/** An open microphone in a room: a frame on every beat, with somebody's voice in it while one is heard. */
import { msToSamples, pcmBytes } from '../audio/pcm.js';
import { encodeMedia } from '../protocol/media.js';
import { BEAT_MS } from './beats.js';
import { clipped } from './utterance.js';

const FRAME = msToSamples(BEAT_MS);
/** Two steps of 16 bits, as through a browser's noise suppression: no room is as silent as zeros. */
const QUIET_DB = -89;
/** Ten frames of the room, over and over: to make every sample anew was a third of what a caller costs. */
const ROOM = 10 * FRAME;

export interface Microphone {
  /** Is heard from the beginning of the next frame on. */
  hear(samples: Int16Array): void;
  readonly isHearing: boolean;
  /** The next frame, ready for the socket; `echo` sounds in it, too. */
  frame(echo: Int16Array | null): Uint8Array;
}

/** `roomDb`: how loud the room is, against full scale. */
export function openMicrophone(random: () => number, roomDb: number = QUIET_DB): Microphone {
  let position = 0;
  let heard: Int16Array = new Int16Array(0);
  let at = 0;
  // Noise of equal chances lies so far under its highest step.
  const highest = Math.sqrt(3) * 32_768 * 10 ** (roomDb / 20);
  const room = Int16Array.from({ length: ROOM }, () => Math.round((random() * 2 - 1) * highest));
  const isLoud = roomDb > QUIET_DB;
  return {
    hear(samples) {
      heard = samples;
      at = 0;
    },
    get isHearing() {
      return at < heard.length;
    },
    frame(echo) {
      const samples = room.slice(position % ROOM, (position % ROOM) + FRAME);
      const voice = heard.subarray(at, at + FRAME);
      // Where a voice is, a quiet room is nothing; a loud one is heard through it.
      for (let n = 0; n < voice.length; n += 1)
        if (voice[n] !== 0) samples[n] = isLoud ? clipped(samples[n]! + voice[n]!) : voice[n]!;
      if (echo !== null) for (let n = 0; n < FRAME; n += 1) samples[n] = clipped(samples[n]! + echo[n]!);
      at += FRAME;
      const bytes = encodeMedia({ kind: 'microphone', position, pcm: pcmBytes(samples) });
      position += FRAME;
      return bytes;
    },
  };
}
