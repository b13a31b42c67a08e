/** What the microphone hears, on its way to the server: numbered by the samples since the session's microphone began. */
import { encodeMedia } from '../../src/protocol/media.js';
import { MICROPHONE_RATE } from './microphone-frames.js';

export interface Uplink {
  /** A frame of the microphone. One that is not to be sent counts all the same: the server sees how long nothing came. */
  frame(samples: Int16Array, isSent: boolean): void;
  /** The microphone was closed; when it opens again, the time between counts. */
  rest(): void;
  /** A new session counts from the start. */
  restart(): void;
}

/** `now` in milliseconds. */
export function uplink(send: (bytes: Uint8Array) => void, now: () => number): Uplink {
  let next = 0;
  /** When sample 0 was heard. */
  let began: number | undefined;
  let isRunning = false;

  return {
    frame(samples, isSent) {
      const at = now();
      began ??= at;
      // Within a stretch the samples are the clock; only what lies between two stretches is told by the page's.
      if (!isRunning) next = Math.max(next, Math.round(((at - began) / 1000) * MICROPHONE_RATE));
      isRunning = true;
      // The wire is little endian, as is every machine that a browser runs on.
      const pcm = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
      if (isSent) send(encodeMedia({ kind: 'microphone', position: next, pcm }));
      next += samples.length;
    },
    rest() {
      isRunning = false;
    },
    restart() {
      next = 0;
      began = undefined;
      isRunning = false;
    },
  };
}
