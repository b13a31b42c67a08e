/** The recorded questions, and whatever else callers let be heard, in the folder `voices` beside this file's source. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { loadOwnSound, type OwnRecording } from './own-recordings.js';
import { loadSound, type Sound } from './sound.js';

export interface Question extends Sound {
  /** Its file's name without the ending: what scenarios call it. */
  readonly id: string;
  readonly text: string;
}

/** What a listener lets be heard without wishing to speak. */
export interface Noise extends Sound {
  readonly id: string;
  readonly name: string;
  /** A listener's word: its name is what a recogniser hears. Of anything else it hears nothing. */
  readonly isWord: boolean;
}

export interface Recordings {
  readonly questions: readonly Question[];
  /** A question whose answer is long enough to be interrupted. */
  readonly story: Question;
  /** What turns are composed of: parts of sentences, and sentences. */
  readonly parts: readonly Question[];
  readonly noises: readonly Noise[];
}

const questionSchema = z.object({ file: z.string(), text: z.string() });
const questionsSchema = z.array(questionSchema).min(1);
const interruptionsSchema = z.object({
  story: questionSchema,
  noises: z.array(z.object({ file: z.string(), name: z.string() })).min(1),
});

const idOf = (file: string) => file.replace(/\.wav$/, '');

/**
 * `root` is the package's folder: the compiler leaves recordings where they are. `own`: what a scenario brings along.
 * Throws bad_settings if one of those cannot be used.
 */
export function loadRecordings(root: string, own: readonly OwnRecording[] = []): Recordings {
  const { questions, story, parts, noises } = listed(root);
  const sound = (file: string) => ({ id: idOf(file), ...loadSound(join(folderOf(root), file)) });
  const question = ({ file, text }: z.infer<typeof questionSchema>) => ({ text, ...sound(file) });
  return {
    questions: questions.map(question),
    story: question(story),
    parts: [
      ...parts.map(question),
      ...own.flatMap(({ name, file, text }) => (text === undefined ? [] : { id: name, text, ...loadOwnSound(file) })),
    ],
    noises: [
      ...noises.map(({ file, name }) => ({ name, isWord: !/^(cough|knock)$/.test(name), ...sound(file) })),
      ...own.flatMap(({ name, file, text }) =>
        text === undefined ? { id: name, name, isWord: false, ...loadOwnSound(file) } : [],
      ),
    ],
  };
}

/** What scenarios may name, without the recordings themselves. */
export function recordingIds(root: string): { speech: string[]; noises: string[] } {
  const { questions, story, parts, noises } = listed(root);
  return {
    speech: [...questions, story, ...parts].map(({ file }) => idOf(file)),
    noises: noises.map(({ file }) => idOf(file)),
  };
}

const folderOf = (root: string) => join(root, 'src/bench/voices');

function listed(root: string) {
  const list = (name: string): unknown => JSON.parse(readFileSync(join(folderOf(root), name), 'utf8'));
  return {
    questions: questionsSchema.parse(list('questions.json')),
    parts: questionsSchema.parse(list('parts.json')),
    ...interruptionsSchema.parse(list('interruptions.json')),
  };
}

/** Whether a transcript has the question's words; case and punctuation are the recogniser's own business. */
export function isSameWording(transcript: string, text: string): boolean {
  const words = (said: string) => said.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words(transcript).join(' ') === words(text).join(' ');
}
