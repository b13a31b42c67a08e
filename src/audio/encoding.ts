/** The forms in which audio comes and goes as text: 16-bit samples at 24 kHz, or the G.711 of telephones at 8 kHz. */
import { ParleyError } from '../errors.js';
import { decodeALaw, decodeMuLaw, encodeALaw, encodeMuLaw } from './g711.js';
import { Framer, msToSamples, pcmBytes, pcmView, SPEECH_RATE } from './pcm.js';
import { resampler } from './resample.js';

/** By the protocol's names. */
export type Encoding = 'audio/pcm' | 'audio/pcmu' | 'audio/pcma';

/** Audio as it came: each second of it becomes samples when it is its turn, for it may be minutes. */
export interface Encoded {
  readonly encoding: Encoding;
  readonly bytes: Uint8Array;
}

export interface Sound {
  readonly rate: number;
  readonly samples: Int16Array;
}

/** One stream of speech at SPEECH_RATE, on its way into its encoding. */
export interface Encoder {
  push(samples: Int16Array): Uint8Array;
  /** What was held back for what might have come after it. */
  flush(): Uint8Array;
}

const TELEPHONE_RATE = 8000;
/** What telephones send at a time: 20 ms. */
const PACKET = msToSamples(20, TELEPHONE_RATE);

const laws = {
  'audio/pcmu': { encode: encodeMuLaw, decode: decodeMuLaw },
  'audio/pcma': { encode: encodeALaw, decode: decodeALaw },
} as const;

const rateOf = (encoding: Encoding): number => (encoding === 'audio/pcm' ? SPEECH_RATE : TELEPHONE_RATE);
const secondOf = (encoding: Encoding): number => rateOf(encoding) * (encoding === 'audio/pcm' ? 2 : 1);

/** Throws invalid_audio, about the field `param`, if the text is no audio. Node itself skips what it cannot read. */
export function encodedFromBase64(text: string, encoding: Encoding, param: string): Encoded {
  const bytes = Buffer.from(text, 'base64');
  const digits = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
  // One digit alone is not even half a byte.
  if (digits % 4 === 1 || bytes.byteLength !== Math.floor((digits * 3) / 4)) {
    throw new ParleyError('invalid_audio', 'The audio is not base64.', { param });
  }
  if (encoding === 'audio/pcm' && bytes.byteLength % 2 !== 0) {
    throw new ParleyError('invalid_audio', `16-bit samples in ${bytes.byteLength} bytes.`, { param });
  }
  return { encoding, bytes };
}

/** Seconds that have begun. */
export const secondsIn = ({ encoding, bytes }: Encoded): number => Math.ceil(bytes.byteLength / secondOf(encoding));

/** Second number `index`; the last one is as short as it is, and after it there is nothing. */
export function soundOf({ encoding, bytes }: Encoded, index: number): Sound {
  const second = secondOf(encoding);
  const part = bytes.subarray(index * second, (index + 1) * second);
  const samples = encoding === 'audio/pcm' ? pcmView(part) : laws[encoding].decode(part);
  return { rate: rateOf(encoding), samples };
}

export function encoder(encoding: Encoding): Encoder {
  if (encoding === 'audio/pcm') return { push: pcmBytes, flush: () => new Uint8Array(0) };
  const { encode } = laws[encoding];
  const { push, flush } = resampler(SPEECH_RATE, TELEPHONE_RATE);
  // The resampler holds 3 ms back. Whoever sends on what it gets finds whole packets, and only an end may be shorter.
  const packets = new Framer(PACKET);
  const encoded = (parts: Iterable<Int16Array>) => Buffer.concat(Array.from(parts, encode));
  return {
    push: (samples) => encoded(packets.push(push(samples))),
    flush: () => encoded([...packets.push(flush()), packets.rest()]),
  };
}
