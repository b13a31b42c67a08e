/**
 * A loudspeaker without sound: plays one answer by the clock, as the page's player does, and knows when each sample
 * sounds. Time is passed in, in milliseconds.
 */
import { SPEECH_RATE } from '../audio/pcm.js';

const SAMPLES_PER_MS = SPEECH_RATE / 1000;
/** What must have arrived before anything sounds, as in the page: 80 ms. */
const BUFFER = 80 * SAMPLES_PER_MS;

export type PlayerState = 'idle' | 'buffering' | 'playing' | 'paused' | 'flushed' | 'ended';

export interface Player {
  readonly state: PlayerState;
  /** The response that is played; 0 before the first. */
  readonly response: number;
  /** Samples that have sounded. */
  readonly played: number;
  /** How often the sound ran dry in the middle of an answer, and for how long in all. */
  readonly gaps: { readonly count: number; readonly ms: number };
  begin(response: number): void;
  audio(position: number, samples: number, now: number): void;
  end(position: number, now: number): void;
  pause(now: number): void;
  resume(position: number, now: number): void;
  flush(now: number): void;
  /** Plays on to this moment. */
  advance(now: number): void;
  /** When this sample sounded, if it lies in what has been played since the last interruption. */
  soundedAt(position: number): number | null;
}

export function createPlayer(): Player {
  let state: PlayerState = 'idle';
  let response = 0;
  let played = 0;
  let arrived = 0;
  let limit: number | null = null;
  /** The stretch without an interruption: sample `from` sounded at `at`. */
  let stretch = { from: 0, at: 0 };
  let dryAt: number | null = null;
  const gaps = { count: 0, ms: 0 };

  const start = (now: number) => {
    if (state !== 'buffering' || (limit === null && arrived - played < BUFFER)) return;
    if (dryAt !== null) gaps.ms += now - dryAt;
    dryAt = null;
    state = 'playing';
    stretch = { from: played, at: now };
  };
  const advance = (now: number) => {
    if (state !== 'playing') return;
    const due = stretch.from + Math.floor((now - stretch.at) * SAMPLES_PER_MS);
    played = Math.max(played, Math.min(due, limit ?? arrived, arrived));
    if (limit !== null && played >= limit) state = 'ended';
    else if (due > arrived) {
      // It fell silent when the last sample had sounded, not when somebody looked.
      dryAt = stretch.at + (arrived - stretch.from) / SAMPLES_PER_MS;
      gaps.count += 1;
      state = 'buffering';
    }
  };
  return {
    get state() {
      return state;
    },
    get response() {
      return response;
    },
    get played() {
      return played;
    },
    get gaps() {
      return { ...gaps };
    },
    begin(number) {
      state = 'buffering';
      response = number;
      played = 0;
      arrived = 0;
      limit = null;
      dryAt = null;
    },
    audio(position, samples, now) {
      advance(now);
      // What leaves a hole cannot sound; on an ordered socket there is none.
      if (position <= arrived) arrived = Math.max(arrived, position + samples);
      start(now);
    },
    end(position, now) {
      advance(now);
      limit = position;
      // What was taken for a gap was the end, whose announcement came a moment later.
      if (dryAt !== null && played >= limit) {
        gaps.count -= 1;
        dryAt = null;
        state = 'ended';
      }
      start(now);
      advance(now);
    },
    pause(now) {
      advance(now);
      if (state === 'playing' || state === 'buffering') state = 'paused';
    },
    resume(position, now) {
      if (state !== 'paused') return;
      played = Math.min(position, arrived);
      dryAt = null;
      state = 'buffering';
      start(now);
    },
    flush(now) {
      advance(now);
      state = 'flushed';
    },
    advance,
    soundedAt(position) {
      const { from, at } = stretch;
      return position < from || position >= played ? null : at + (position - from) / SAMPLES_PER_MS;
    },
  };
}
