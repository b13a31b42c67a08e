/** An open microphone in a quiet room: a frame on every beat, with the question in it while one is asked. */
import { msToSamples, pcmBytes } from '../audio/pcm.js';
import { encodeMedia } from '../protocol/media.js';
import { BEAT_MS } from './beats.js';
import type { Question } from './questions.js';

const FRAME = msToSamples(BEAT_MS);
/** Two steps of 16 bits: no room is as silent as zeros, and a detector may take zeros for a muted line. */
const ROOM_NOISE = 2;

export interface Microphone {
  /** Begins to speak with the next frame. Returns how many milliseconds after that frame's beginning the voice ends. */
  ask(question: Question): number;
  readonly isAsking: boolean;
  /** The next frame, ready for the socket. */
  frame(): Uint8Array;
}

export function openMicrophone(random: () => number): Microphone {
  let position = 0;
  let asked: Int16Array = new Int16Array(0);
  let at = 0;
  const room = () => Math.round((random() * 2 - 1) * ROOM_NOISE);
  return {
    ask(question) {
      asked = question.samples;
      at = 0;
      return question.voicedEnd / (FRAME / BEAT_MS);
    },
    get isAsking() {
      return at < asked.length;
    },
    frame() {
      const samples = Int16Array.from({ length: FRAME }, (_, offset) => asked[at + offset] ?? room());
      at += FRAME;
      const bytes = encodeMedia({ kind: 'microphone', position, pcm: pcmBytes(samples) });
      position += FRAME;
      return bytes;
    },
  };
}
