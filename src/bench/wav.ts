/** Reads a recording: RIFF/WAVE as editors, telephones and streaming programs write it; several channels become one. */
import { decodeALaw, decodeMuLaw } from '../audio/g711.js';
import { pcmSamples, toSample } from '../audio/pcm.js';
import { ParleyError } from '../errors.js';

export interface Recording {
  readonly rate: number;
  readonly samples: Int16Array;
}

interface Format {
  readonly rate: number;
  readonly channels: number;
  readonly bits: number;
  readonly sampleAt: (view: DataView, at: number) => number;
}

const PCM = 1;
const FLOAT = 3;
const A_LAW = 6;
const MU_LAW = 7;
/** What the samples are stands in a field of its own, further behind. */
const EXTENSIBLE = 0xfffe;

/** What each code of a telephone's means. */
const CODES = Uint8Array.from({ length: 256 }, (_, code) => code);
const [A_SAMPLES, MU_SAMPLES] = [decodeALaw(CODES), decodeMuLaw(CODES)];

/** By the format and the bits of a sample. Eight bits count from 128 as nothing. */
const SAMPLES: Readonly<Record<string, Format['sampleAt']>> = {
  [`${PCM} 8`]: (view, at) => (view.getUint8(at) - 128) * 256,
  [`${PCM} 16`]: (view, at) => view.getInt16(at, true),
  [`${PCM} 24`]: (view, at) => view.getInt16(at + 1, true) + view.getUint8(at) / 256,
  [`${PCM} 32`]: (view, at) => view.getInt32(at, true) / 65_536,
  [`${FLOAT} 32`]: (view, at) => view.getFloat32(at, true) * 32_768,
  [`${A_LAW} 8`]: (view, at) => A_SAMPLES[view.getUint8(at)]!,
  [`${MU_LAW} 8`]: (view, at) => MU_SAMPLES[view.getUint8(at)]!,
};

/** Sizes from here on stand for one that was not known yet: all bits set, or as good as the most that there is. */
const UNKNOWN_SIZE = 0x7ffff000;

/** Throws invalid_audio. */
export function readWav(bytes: Uint8Array): Recording {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE') throw unreadable('it is no RIFF/WAVE file');
  let format: Format | null = null;
  let data: DataView | null = null;
  for (let at = 12; at + 8 <= bytes.length && (format === null || data === null); ) {
    const named = view.getUint32(at + 4, true);
    const isOpen = tag(at) === 'data' && isUnknown(bytes, at + 8, named);
    const size = isOpen ? bytes.length - at - 8 : named;
    if (at + 8 + size > bytes.length) throw unreadable('it ends in the middle of a chunk');
    const chunk = new DataView(bytes.buffer, bytes.byteOffset + at + 8, size);
    if (tag(at) === 'fmt ') format = formatIn(chunk);
    else if (tag(at) === 'data') data = chunk;
    // Chunks are padded to whole words.
    at += 8 + size + (size % 2);
  }
  if (data === null) throw unreadable('it has no samples');
  if (format === null) throw unreadable('it does not say the format of its samples');
  return { rate: format.rate, samples: samplesIn(data, format) };
}

/**
 * Whether samples that begin at `from` go on to the end of the file: whoever writes to a pipe cannot go back to say how
 * many they were. Of none, what is behind them must be no chunks.
 */
function isUnknown(bytes: Uint8Array, from: number, size: number): boolean {
  if (size === 0) return from < bytes.length && !areChunks(bytes, from);
  return size >= UNKNOWN_SIZE && from + size > bytes.length;
}

/** Chunk after chunk up to the end, each with a name in letters. */
function areChunks(bytes: Uint8Array, from: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = from;
  while (at + 8 <= bytes.length && bytes.subarray(at, at + 4).every((code) => code >= 0x20 && code < 0x7f)) {
    const size = view.getUint32(at + 4, true);
    at += 8 + size + (size % 2);
  }
  // The padding of the last may be missing.
  return at === bytes.length || at === bytes.length + 1;
}

function formatIn(chunk: DataView): Format {
  if (chunk.byteLength < 16) throw unreadable('its format is cut short');
  const [named, channels, bits] = [0, 2, 14].map((at) => chunk.getUint16(at, true)) as [number, number, number];
  const format = named === EXTENSIBLE && chunk.byteLength >= 26 ? chunk.getUint16(24, true) : named;
  const sampleAt = SAMPLES[`${format} ${bits}`];
  if (sampleAt === undefined || channels === 0)
    throw unreadable('its samples are neither PCM of 8, 16, 24 or 32 bits, nor 32-bit float, nor A-law or mu-law');
  return { rate: chunk.getUint32(4, true), channels, bits, sampleAt };
}

/** The mean of all channels: what each of them has is heard, and nothing is louder than it was. */
function samplesIn(data: DataView, { channels, bits, sampleAt }: Format): Int16Array {
  // What a simulated vendor is sent all the time: it is to cost nothing.
  if (channels === 1 && bits === 16) return pcmSamples(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  const width = bits / 8;
  const samples = new Int16Array(Math.floor(data.byteLength / (width * channels)));
  for (let index = 0; index < samples.length; index += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) sum += sampleAt(data, (index * channels + channel) * width);
    samples[index] = toSample(sum / channels / 32_768);
  }
  return samples;
}

function unreadable(why: string): ParleyError {
  return new ParleyError('invalid_audio', `The recording cannot be read: ${why}.`);
}
