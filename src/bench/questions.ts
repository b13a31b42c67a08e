/** The recorded questions, in the folder `voices` beside this file's source. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { SPEECH_RATE } from '../audio/pcm.js';
import { resampler } from '../audio/resample.js';
import { voicedEnd } from './voiced.js';
import { readWav } from './wav.js';

export interface Question {
  readonly text: string;
  /** At 24 kHz. */
  readonly samples: Int16Array;
  /** How many of them there are when the voice ends. */
  readonly voicedEnd: number;
}

const listSchema = z.array(z.object({ file: z.string(), text: z.string() })).min(1);

/** `root` is the package's folder: the compiler leaves recordings where they are. */
export function loadQuestions(root: string): Question[] {
  const folder = join(root, 'src/bench/voices');
  const list = listSchema.parse(JSON.parse(readFileSync(join(folder, 'questions.json'), 'utf8')));
  return list.map(({ file, text }) => {
    const { rate, samples } = readWav(readFileSync(join(folder, file)));
    const resampling = resampler(rate, SPEECH_RATE);
    const parts = [resampling.push(samples), resampling.flush()];
    const spoken = new Int16Array(parts[0]!.length + parts[1]!.length);
    spoken.set(parts[0]!);
    spoken.set(parts[1]!, parts[0]!.length);
    return { text, samples: spoken, voicedEnd: voicedEnd(spoken, SPEECH_RATE) };
  });
}

/** Whether a transcript has the question's words; case and punctuation are the recogniser's own business. */
export function isSameWording(transcript: string, text: string): boolean {
  const words = (said: string) => said.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words(transcript).join(' ') === words(text).join(' ');
}
