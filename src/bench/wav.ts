/** Reads a recording: RIFF/WAVE, mono, 16-bit PCM, which is all that the questions come in. */
import { pcmSamples } from '../audio/pcm.js';
import { ParleyError } from '../errors.js';

export interface Recording {
  readonly rate: number;
  readonly samples: Int16Array;
}

const PCM = 1;

export function readWav(bytes: Uint8Array): Recording {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw unreadable('it is no RIFF/WAVE file');
  let rate: number | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (body + size > bytes.length) throw unreadable('it ends in the middle of a chunk');
    if (tag(at) === 'fmt ') {
      const [format, channels, bits] = [0, 2, 14].map((offset) => view.getUint16(body + offset, true));
      if (format !== PCM || channels !== 1 || bits !== 16) throw unreadable('it is not mono 16-bit PCM');
      rate = view.getUint32(body + 4, true);
    } else if (tag(at) === 'data') {
      if (rate === undefined) throw unreadable('its samples come before their format');
      return { rate, samples: pcmSamples(bytes.subarray(body, body + size)) };
    }
    // Chunks are padded to whole words.
    at = body + size + (size % 2);
  }
  throw unreadable('it has no samples');
}

function unreadable(why: string): ParleyError {
  return new ParleyError('invalid_audio', `The recording cannot be read: ${why}.`);
}
