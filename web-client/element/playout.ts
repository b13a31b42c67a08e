/**
 * What sounds when: one response at a time, sample by sample, without a browser. The audio worklet feeds it commands
 * and pulls sound from it; tests do the same.
 */
import { SampleQueue } from './sample-queue.js';

export type PlayState = 'idle' | 'buffering' | 'playing' | 'paused' | 'flushed' | 'ended';

export type PlayoutCommand =
  /** A new session counts its responses from the start again. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'begin'; readonly response: number }
  | { readonly kind: 'audio'; readonly response: number; readonly position: number; readonly samples: Int16Array }
  /** No audio comes after this position. */
  | { readonly kind: 'end'; readonly response: number; readonly position: number }
  | { readonly kind: 'pause'; readonly response: number }
  | { readonly kind: 'resume'; readonly response: number; readonly position: number }
  | { readonly kind: 'flush'; readonly response: number };

export interface PlayoutStatus {
  readonly response: number;
  readonly state: PlayState;
  /** Samples of the response that have been handed to the loudspeaker. */
  readonly played: number;
  /** Where the present stretch of playing began: 0, or where a pause or an underrun was left. */
  readonly from: number;
  readonly underruns: number;
}

/** What the audio thread posts: where playing stands, and the audio context's time at which the next sample sounds. */
export interface Position extends PlayoutStatus {
  readonly time: number;
}

const samplesOf = (ms: number) => ms * 24;
/** 5 ms: shorter clicks, and one audio quantum is 5.3 ms. */
const FADE = samplesOf(5);
const FIRST_BUFFER = samplesOf(80);
const LEAST_BUFFER = samplesOf(60);
const MOST_BUFFER = samplesOf(250);
/** A resume may go back a little. */
const KEPT = samplesOf(1000);

/** `pausing` and `flushing` are the 5 ms in which the sound fades; they are reported as the state before. */
type Inner = PlayState | 'pausing' | 'flushing';

export class Playout {
  #response = -1;
  #state: Inner = 'idle';
  #queue = new SampleQueue();
  #played = 0;
  #from = 0;
  #limit: number | undefined;
  #gain = 1;
  /** The last sample before a sudden silence; it decays instead of clicking. */
  #tail = 0;
  #buffer = FIRST_BUFFER;
  #underruns = 0;
  #ranDry = false;

  get status(): PlayoutStatus {
    const state = this.#state === 'pausing' || this.#state === 'flushing' ? 'playing' : this.#state;
    return {
      response: this.#response,
      state,
      played: this.#played,
      from: this.#from,
      underruns: this.#underruns,
    };
  }

  /** Samples that must wait before sound begins. It grows with every underrun and shrinks with every clean reply. */
  get buffer(): number {
    return this.#buffer;
  }

  command(command: PlayoutCommand): void {
    if (command.kind === 'reset') {
      this.#forget(-1, 'idle');
      return;
    }
    if (command.kind === 'begin') {
      if (command.response > this.#response) this.#forget(command.response, 'buffering');
      return;
    }
    if (command.response !== this.#response || this.#state === 'flushed' || this.#state === 'flushing') return;
    switch (command.kind) {
      case 'audio':
        if (this.#limit === undefined) this.#queue.put(command.position, command.samples);
        return;
      case 'end':
        this.#limit = Math.min(command.position, this.#queue.end);
        return;
      case 'pause':
        if (this.#state === 'playing') this.#state = 'pausing';
        else if (this.#state === 'buffering') this.#state = 'paused';
        return;
      case 'resume':
        this.#resume(command.position);
        return;
      case 'flush':
        this.#state = this.#state === 'playing' || this.#state === 'pausing' ? 'flushing' : 'flushed';
    }
  }

  /** Fills `out` with what sounds next. */
  pull(out: Float32Array): void {
    if (this.#state === 'buffering' && this.#isReady()) this.#play();
    const count = this.#isSounding() ? this.#sound(out) : 0;
    for (let at = count; at < out.length; at += 1) {
      out[at] = this.#tail;
      this.#tail = Math.abs(this.#tail) < 0.001 ? 0 : this.#tail * 0.96;
    }
  }

  #forget(response: number, state: 'idle' | 'buffering'): void {
    this.#response = response;
    this.#queue = new SampleQueue();
    this.#played = 0;
    this.#from = 0;
    this.#limit = undefined;
    this.#ranDry = false;
    this.#state = state;
  }

  #resume(position: number): void {
    if (this.#state !== 'paused' && this.#state !== 'pausing') return;
    // The server may not know yet where it stands: nothing is left out for that.
    this.#played = Math.max(Math.min(position, this.#played), this.#queue.head);
    this.#state = 'buffering';
  }

  #isReady(): boolean {
    return this.#limit !== undefined || this.#queue.end - this.#played >= this.#buffer;
  }

  #isSounding(): boolean {
    return this.#state === 'playing' || this.#state === 'pausing' || this.#state === 'flushing';
  }

  #play(): void {
    this.#state = 'playing';
    this.#from = this.#played;
    // A reply begins as it was spoken; only what goes on in the middle of a sound needs the fade.
    this.#gain = this.#played === 0 ? 1 : 0;
  }

  /** Sounds as much as there is; returns how many samples of `out` it wrote. */
  #sound(out: Float32Array): number {
    const isFading = this.#state !== 'playing';
    const there = (this.#limit ?? this.#queue.end) - this.#played;
    const fadeLeft = isFading ? Math.round(this.#gain * FADE) : out.length;
    const count = Math.max(0, Math.min(out.length, there, fadeLeft));
    this.#queue.read(this.#played, out, count);
    this.#shape(out, count, isFading ? -1 / FADE : 1 / FADE);
    this.#played += count;
    this.#queue.forget(this.#played - KEPT);
    if (count > 0) this.#tail = out[count - 1] as number;
    this.#leave(count === out.length);
    return count;
  }

  #shape(out: Float32Array, count: number, step: number): void {
    for (let at = 0; at < count; at += 1) {
      this.#gain = Math.min(1, Math.max(0, this.#gain + step));
      (out[at] as number) *= this.#gain;
    }
  }

  /** The state after a pull. */
  #leave(filled: boolean): void {
    const isOver = this.#limit !== undefined && this.#played >= this.#limit;
    if (this.#state !== 'playing') {
      if (this.#gain > 0 && filled && !isOver) return;
      this.#state = this.#state === 'pausing' ? 'paused' : 'flushed';
    } else if (isOver) {
      this.#state = 'ended';
      if (!this.#ranDry) this.#buffer = Math.max(LEAST_BUFFER, this.#buffer - samplesOf(10));
    } else if (!filled) {
      this.#state = 'buffering';
      this.#ranDry = true;
      this.#underruns += 1;
      this.#buffer = Math.min(MOST_BUFFER, Math.round(this.#buffer * 1.5));
    }
  }
}
