/**
 * What was played when, in samples of the microphone: reports of players are up to 50 ms late or early, but both ends
 * count samples, so that while an answer sounds without a break, its place stays what it was found to be at first.
 */
import { HEARING_RATE, msToSamples, SPEECH_RATE, samplesToMs } from '../audio/pcm.js';
import { VAD_FRAME_SAMPLES } from '../engines/contract.js';
import type { Sounds } from './loudspeaker.js';

/** What is played when the microphone's frame ends. */
interface Mark {
  readonly end: number;
  /** Null: nothing. */
  readonly response: number | null;
  /** In samples of the response. */
  readonly position: number;
}

export interface Played {
  /** `lateMs`: so long ago the frame that ends at `end` came. */
  note(end: number, sounds: Sounds | null, lateMs: number): void;
  /** What was played at a place in the microphone's audio; null: nothing, or it is forgotten. */
  at(end: number): { readonly response: number; readonly position: number } | null;
  /** Where what sounds began to sound without a break. */
  readonly since: number;
  /** Where anything sounded last. */
  readonly last: number;
}

/** Reports may lag behind the sound: a place is kept so far ahead of them. */
const LEAD = msToSamples(64);
/** Reports that are off by more than this are right, and something has stood still. */
const BREAK = msToSamples(120);
const RATIO = SPEECH_RATE / HEARING_RATE;
const KEPT = Math.ceil(msToSamples(4200, HEARING_RATE) / VAD_FRAME_SAMPLES);

export function watchPlayed(): Played {
  let marks: Mark[] = [];
  let since = 0;
  let last = Number.NEGATIVE_INFINITY;
  const place = (end: number, { response, heard }: Sounds, lateMs: number): Mark => {
    const reported = heard - msToSamples(lateMs) + LEAD;
    const before = marks.at(-1);
    const position = before?.response === response ? before.position + (end - before.end) * RATIO : null;
    if (position !== null && Math.abs(position - reported) <= BREAK) return { end, response, position };
    since = end;
    return { end, response, position: reported };
  };
  return {
    note(end, sounds, lateMs) {
      const isPlaying = sounds?.moves === true;
      if (!isPlaying && marks.length === 0) return;
      marks.push(isPlaying ? place(end, sounds, lateMs) : { end, response: null, position: 0 });
      if (isPlaying) last = end;
      else if (samplesToMs(end - last, HEARING_RATE) > 4000) marks = [];
      if (marks.length > 2 * KEPT) marks = marks.slice(-KEPT);
    },
    at(end) {
      const mark = marks.findLast((each, index) => each.end >= end && !((marks[index - 1]?.end ?? -1) >= end));
      if (mark === undefined || mark.response === null || mark.end - end >= VAD_FRAME_SAMPLES) return null;
      return { response: mark.response, position: Math.round(mark.position - (mark.end - end) * RATIO) };
    },
    get since() {
      return since;
    },
    get last() {
      return last;
    },
  };
}
