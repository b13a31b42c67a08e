/**
 * What we use of @echogarden/espeak-ng-emscripten, which has no types of its own. It is optional: this compiles without
 * it, and whoever loads it must be ready for ERR_MODULE_NOT_FOUND.
 */

export interface SynthesisEvent {
  readonly type: 'word' | 'sentence' | 'end' | 'phoneme' | 'mark' | 'play' | 'samplerate' | 'msg_terminated';
  /** Counts code points (not bytes, not UTF-16 units) from 1. */
  readonly text_position: number;
  /** Milliseconds from the start of the call's audio. */
  readonly audio_position: number;
}

export interface Synthesiser {
  readonly samplerate: number;
  /** `accent+variant`. 0 when there is such an accent; a variant that does not exist is ignored. */
  set_voice(name: string): number;
  /** Words a minute, 80 to 450. */
  set_rate(rate: number): void;
  /** Runs to the end before it returns, or until the callback returns true. The text is read as SSML. */
  synthesize(text: string, onAudio: (audio: Int16Array, events: readonly SynthesisEvent[]) => boolean): void;
}

export interface EspeakPackage {
  readonly eSpeakNGWorker: new () => Synthesiser;
  /** A file system in memory; its voices lie there. */
  readonly FS: { writeFile(path: string, text: string): void };
}

const NAME: string = '@echogarden/espeak-ng-emscripten';

export async function loadPackage(): Promise<EspeakPackage> {
  const loaded = (await import(NAME)) as { default: () => Promise<EspeakPackage> };
  return loaded.default();
}
