/** The recorded questions, and what is heard over their answers, in the folder `voices` beside this file's source. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loadSound, type Sound } from './sound.js';

export interface Question extends Sound {
  readonly text: string;
}

/** What a listener lets be heard without wishing to speak. */
export interface Noise extends Sound {
  readonly name: string;
}

export interface Recordings {
  readonly questions: readonly Question[];
  /** A question whose answer is long enough to be interrupted. */
  readonly story: Question;
  readonly noises: readonly Noise[];
}

const questionSchema = z.object({ file: z.string(), text: z.string() });
const questionsSchema = z.array(questionSchema).min(1);
const interruptionsSchema = z.object({
  story: questionSchema,
  noises: z.array(z.object({ file: z.string(), name: z.string() })).min(1),
});

/** `root` is the package's folder: the compiler leaves recordings where they are. */
export function loadRecordings(root: string): Recordings {
  const folder = join(root, 'src/bench/voices');
  const list = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const sound = (file: string) => loadSound(join(folder, file));
  const { story, noises } = interruptionsSchema.parse(list('interruptions.json'));
  return {
    questions: questionsSchema.parse(list('questions.json')).map(({ file, text }) => ({ text, ...sound(file) })),
    story: { text: story.text, ...sound(story.file) },
    noises: noises.map(({ file, name }) => ({ name, ...sound(file) })),
  };
}

/** Whether a transcript has the question's words; case and punctuation are the recogniser's own business. */
export function isSameWording(transcript: string, text: string): boolean {
  const words = (said: string) => said.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words(transcript).join(' ') === words(text).join(' ');
}
