/**
 * A loudspeaker without sound: plays one answer at a time by the clock, obeys its commands as the page's player does
 * (web-client/element/playout.ts), and knows when each sample sounds. Time is passed in, in milliseconds.
 */
import { SPEECH_RATE } from '../audio/pcm.js';
import { createPlayerPictures, type PlayerPictures } from './player-pictures.js';

const SAMPLES_PER_MS = SPEECH_RATE / 1000;
/** What must have arrived before anything sounds, as in the page: 80 ms. */
const BUFFER = 80 * SAMPLES_PER_MS;
/** Whatever is stopped in the middle of a sound fades for 5 ms, as in the page. */
const FADE = 5 * SAMPLES_PER_MS;

export type PlayerState = 'idle' | 'buffering' | 'playing' | 'paused' | 'flushed' | 'ended';

/** A standstill that the server asked for; a flush is one that does not end. */
export interface Halt {
  /** When the last sample before it had sounded. */
  readonly since: number;
  /** The sample that was next. */
  readonly at: number;
  /** When it went on, and from which sample. */
  readonly end: { readonly at: number; readonly from: number } | null;
}

export interface Player {
  /** While the sound fades it is still `playing`. */
  readonly state: PlayerState;
  /** The response that is played; 0 before the first. */
  readonly response: number;
  /** Samples of it that have sounded. */
  readonly played: number;
  /** How often its sound ran dry in the middle, and for how long in all. */
  readonly gaps: { readonly count: number; readonly ms: number };
  readonly halts: readonly Halt[];
  /** Of the response. */
  readonly pictures: Pick<PlayerPictures, 'shown' | 'firstShownAt'>;
  /** Frames of answers that were flushed or replaced before they came. None of them sounds. */
  readonly stale: number;
  /** Commands to flush: each is answered with a report, also if there was nothing left to stop. */
  readonly flushes: number;
  begin(response: number): void;
  audio(response: number, position: number, samples: number, now: number): void;
  picture(response: number, position: number, now: number): void;
  end(response: number, position: number, now: number): void;
  pause(response: number, now: number): void;
  resume(response: number, position: number, now: number): void;
  flush(response: number, now: number): void;
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
  /** It fades until this sample, and is then this. */
  let fading: { readonly to: 'paused' | 'flushed'; readonly until: number } | null = null;
  /** It has run dry, and been silent for so long without having been told to be. */
  let dry: { readonly at: number; readonly ms: number } | null = null;
  let gaps = { count: 0, ms: 0 };
  let pictures = createPlayerPictures();
  let halts: Halt[] = [];
  let stale = 0;
  let flushes = 0;

  const timeOf = (sample: number) => stretch.at + (sample - stretch.from) / SAMPLES_PER_MS;
  const isFlushed = () => state === 'flushed' || fading?.to === 'flushed';
  const isMeant = (number: number) => number === response && !isFlushed();
  const countStale = (number: number) => {
    if (number < response || (number === response && isFlushed())) stale += 1;
  };

  /** Whoever is held or stopped in a gap is silent for that from then on. */
  const waitDry = (now: number) => {
    if (dry !== null && state === 'buffering') dry = { ...dry, ms: now - dry.at };
  };
  const closeGap = (now: number) => {
    waitDry(now);
    gaps.ms += dry?.ms ?? 0;
    dry = null;
  };
  const start = (now: number) => {
    if (state !== 'buffering' || (limit === null && arrived - played < BUFFER)) return;
    closeGap(now);
    state = 'playing';
    stretch = { from: played, at: now };
    const halt = halts.at(-1);
    if (halt?.end === null) halts[halts.length - 1] = { ...halt, end: { at: now, from: played } };
  };
  const advance = (now: number) => {
    play(now);
    pictures.show(played, timeOf);
  };
  const play = (now: number) => {
    waitDry(now);
    if (state !== 'playing') return;
    const due = stretch.from + Math.floor((now - stretch.at) * SAMPLES_PER_MS);
    played = Math.max(played, Math.min(due, fading?.until ?? arrived, limit ?? arrived, arrived));
    if (fading !== null) {
      if (due < fading.until) return;
      state = fading.to;
      fading = null;
    } else if (limit !== null && played >= limit) state = 'ended';
    else if (due > arrived) {
      // It fell silent when the last sample had sounded, not when somebody looked.
      const at = timeOf(arrived);
      dry = { at, ms: now - at };
      gaps.count += 1;
      state = 'buffering';
    }
  };
  const stop = (to: 'paused' | 'flushed', now: number) => {
    advance(now);
    if (fading !== null) fading = { ...fading, to };
    else if (state === 'playing') {
      fading = { to, until: Math.min(played + FADE, limit ?? arrived, arrived) };
      halts.push({ since: timeOf(fading.until), at: fading.until, end: null });
    } else if (state === 'buffering') {
      halts.push({ since: dry?.at ?? now, at: played, end: null });
      state = to;
    } else if (to === 'flushed') state = to;
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
      return { count: gaps.count, ms: gaps.ms + (dry?.ms ?? 0) };
    },
    get halts() {
      return halts;
    },
    get pictures() {
      return pictures;
    },
    get stale() {
      return stale;
    },
    get flushes() {
      return flushes;
    },
    begin(number) {
      if (number <= response) return;
      state = 'buffering';
      response = number;
      played = 0;
      arrived = 0;
      limit = null;
      fading = null;
      dry = null;
      gaps = { count: 0, ms: 0 };
      halts = [];
      pictures = createPlayerPictures();
    },
    audio(number, position, samples, now) {
      countStale(number);
      if (!isMeant(number)) return;
      advance(now);
      // What leaves a hole cannot sound; on an ordered socket there is none.
      if (position <= arrived) arrived = Math.max(arrived, position + samples);
      start(now);
    },
    picture(number, position, now) {
      countStale(number);
      if (!isMeant(number)) return;
      pictures.come(position, now);
      advance(now);
    },
    end(number, position, now) {
      if (!isMeant(number)) return;
      advance(now);
      limit = position;
      // What was taken for a gap was the end, whose announcement came a moment later.
      if (dry !== null && played >= limit) {
        gaps.count -= 1;
        dry = null;
        state = 'ended';
      }
      start(now);
      advance(now);
    },
    pause(number, now) {
      if (isMeant(number)) stop('paused', now);
    },
    resume(number, position, now) {
      if (!isMeant(number)) return;
      advance(now);
      if (state !== 'paused' && fading === null) return;
      fading = null;
      played = Math.min(position, played);
      closeGap(now);
      state = 'buffering';
      start(now);
    },
    flush(number, now) {
      flushes += 1;
      if (isMeant(number)) stop('flushed', now);
    },
    advance,
    soundedAt(position) {
      return position < stretch.from || position >= played ? null : timeOf(position);
    },
  };
}
