/**
 * The synthesiser itself. The package is GPL-3.0, so that only the worker process loads this file, and the package only
 * when that process is told to (docs/voices.md).
 */
import { joinedSamples, msToSamples, SPEECH_RATE } from '../../audio/pcm.js';
import { resampler } from '../../audio/resample.js';
import { loadPackage, type Synthesiser } from './espeak-package.js';
import { type EspeakVoice, espeakVoices } from './espeak-voices.js';
import { polished } from './tone.js';

/** A word begins: the index of its first character in the text that was said, and its first sample. */
export interface WordStart {
  readonly at: number;
  readonly start: number;
}

export interface Said {
  readonly samples: Int16Array;
  readonly words: readonly WordStart[];
}

/** Says text that is plain: letters, digits, punctuation, all of the first Unicode plane (spoken-text.ts). */
export type Speaker = (text: string, voice: EspeakVoice, speed: number) => Said;

/** Where the package keeps its speakers, in a file system of its own that exists in memory only. */
const SPEAKERS = '/usr/share/espeak-ng-data/voices/!v';
/** The synthesiser's own limits; at 80 words a minute, speed 0.25 of 165 cannot get slower than 0.48. */
const [SLOWEST, FASTEST] = [80, 450];
/** Said before the first caller comes: the first sentence of a process takes four times as long as the later ones. */
const WARM_UP = 'Good morning. Shall I show you where the meeting is?';

export async function loadSpeaker(): Promise<Speaker> {
  const library = await loadPackage();
  for (const { id, name, speaker } of espeakVoices) {
    const lines = ['language variant', `name ${name}`, ...speaker];
    library.FS.writeFile(`${SPEAKERS}/parley-${id}`, `${lines.join('\n')}\n`);
  }
  const synthesiser = new library.eSpeakNGWorker();
  const speaker: Speaker = (text, voice, speed) => {
    const { samples, words } = raw(synthesiser, text, voice, speed);
    const clean = polished(samples, voice.tone);
    const last = Math.max(0, clean.samples.length - 1);
    const placed = words.map(({ at, start }) => ({ at, start: Math.min(last, Math.max(0, start - clean.trimmed)) }));
    return { samples: clean.samples, words: placed };
  };
  speaker(WARM_UP, espeakVoices[0]!, 1);
  return speaker;
}

/** As the synthesiser says it, at SPEECH_RATE. */
function raw(synthesiser: Synthesiser, text: string, voice: EspeakVoice, speed: number): Said {
  const name = `${voice.accent}+parley-${voice.id}`;
  if (synthesiser.set_voice(name) !== 0) throw new Error(`espeak-ng has no voice ${name}`);
  synthesiser.set_rate(Math.round(Math.min(FASTEST, Math.max(SLOWEST, voice.rate * speed))));
  const { push, flush } = resampler(synthesiser.samplerate, SPEECH_RATE);
  const parts: Int16Array[] = [];
  const words: WordStart[] = [];
  synthesiser.synthesize(text, (audio, events) => {
    parts.push(push(audio));
    for (const event of events) {
      // Positions count code points from 1; in the first plane a code point is one character of the string.
      if (event.type === 'word') words.push({ at: event.text_position - 1, start: msToSamples(event.audio_position) });
    }
    return false;
  });
  parts.push(flush());
  return { samples: joinedSamples(parts), words };
}
