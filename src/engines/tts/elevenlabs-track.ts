/** One stream of audio from the vendor, cut into the phrases that it says, and each phrase with its words. */
import type { Speech } from '../contract.js';
import { type ElevenLabsFormat, samplesIn, speechDecoder } from './elevenlabs-audio.js';
import type { Sounding } from './elevenlabs-input.js';
import { type Part, type SpokenParts, spokenParts, type TimedChar } from './elevenlabs-parts.js';

export interface SpeechTrack extends Pick<SpokenParts, 'isWhole' | 'isFollowed'> {
  /** The phrase has been sent; its audio comes after that of those before it. */
  expect(sounding: Sounding): void;
  push(bytes: Uint8Array, chars: readonly TimedChar[] | null): Speech[];
  /** The stream is over: what was held back. */
  finish(): Speech[];
  free(): void;
  /** Phrases of which no audio has come. */
  unbegun(): readonly Sounding[];
  hasBegun(): boolean;
  /** There have been samples in what came. */
  hasSound(): boolean;
}

export async function speechTrack(format: ElevenLabsFormat): Promise<SpeechTrack> {
  const parts = spokenParts();
  const decoder = await speechDecoder(format);
  const cutter = speechCutter(parts.all);
  /** Where the next piece begins, in samples: by its bytes, because a decoder gives its samples a little later. */
  let come = 0;
  return {
    expect: parts.expect,
    push(bytes, chars) {
      const from = come;
      come += samplesIn(format, bytes.length);
      parts.heard(chars ?? [], Math.round(from), Math.round(come));
      return cutter.cut(decoder.push(bytes), false);
    },
    finish: () => cutter.cut(decoder.finish(), true),
    free: () => decoder.free(),
    unbegun: () => parts.all.slice(parts.begun()).map(({ sounding }) => sounding),
    hasBegun: () => parts.begun() > 0,
    hasSound: cutter.hasSound,
    isWhole: parts.isWhole,
    isFollowed: parts.isFollowed,
  };
}

/** Cuts samples where the parts begin, and holds back what a word still needs. All places are samples of the stream. */
function speechCutter(parts: readonly Part[]) {
  let leaving = 0;
  let decoded = 0;
  let left = 0;
  let held = new Int16Array(0);

  const piece = (part: Part, end: number, isOver: boolean): Speech[] => {
    const { until, words } = part.words.leave(Math.max(0, end - part.start!), isOver);
    const samples = held.slice(0, part.start! + until - left);
    held = held.slice(samples.length);
    left += samples.length;
    return samples.length === 0 ? [] : [{ phrase: part.sounding.phrase.index, samples, words }];
  };
  return {
    cut(samples: Int16Array, isOver: boolean): Speech[] {
      held = joined(held, samples);
      decoded += samples.length;
      const pieces: Speech[] = [];
      for (let part = parts[leaving]; part !== undefined && part.start !== null; part = parts[leaving]) {
        const next = parts[leaving + 1]?.start ?? null;
        const hasAll = next !== null && next <= decoded;
        pieces.push(...piece(part, hasAll ? next : decoded, hasAll || isOver));
        if (!hasAll && !isOver) break;
        leaving += 1;
      }
      return pieces;
    },
    hasSound: () => decoded > 0,
  };
}

function joined(first: Int16Array, second: Int16Array): Int16Array<ArrayBuffer> {
  const both = new Int16Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
