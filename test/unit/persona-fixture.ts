/** A small persona with one of everything, and a way to put it into a file with changes. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Persona } from '../../src/persona.js';
import { personaSchema } from '../../src/persona-schema.js';

export const SMALL = {
  name: 'Otto',
  description: 'A doorman.',
  instructions: 'You are Otto, a doorman.',
  language: 'en-GB',
  greeting: ['Good {daytime}. I am {name}.', 'Welcome. My name is {name}.'],
  fallback: ['I only know doors.', 'Ask me about doors.'],
  script: {
    intents: [
      { id: 'who', phrases: ['who are you', 'what is your name'], answers: ['I am Otto, and I look after the door.'] },
      { id: 'clock', phrases: ['what time is it'], answers: ['It is {time} on {date}.'] },
      {
        id: 'story',
        phrases: ['tell me (a|another) story', '[a] story please'],
        answers: [
          'A door stood open. Nobody came through it, though many had been asked, and so it closed. That is all.',
          'A key was lost. It was in the lock.',
        ],
        allTold: 'I have only those two.',
      },
      { id: 'saying', phrases: ['tell me a proverb'], answers: ['Doors have hinges. People have excuses.'] },
      { id: 'more', phrases: ['another one', 'more'], leadsTo: 'last_answered', after: ['story', 'saying'] },
      { id: 'thanks', phrases: ['thank you'], answers: ['Not at all.'], aside: true },
      {
        id: 'go_on',
        phrases: ['go on', 'continue [the story]'],
        answers: ['So. {rest}'],
        otherwise: ['That was all.'],
      },
      { id: 'repeat', phrases: ['say that again'], answers: ['I said, {last}'], otherwise: ['I said nothing yet.'] },
      { id: 'count', phrases: ['count to {number}', 'count'], answers: ['Gladly. {count}.'], otherwise: ['To what?'] },
      {
        id: 'weather',
        phrases: ['what is the weather like'],
        tool: { name: 'get_weather', arguments: { place: 'here' } },
        answers: ['I looked. It is {output}.'],
        otherwise: ['I cannot see it from here.'],
      },
    ],
  },
};

export const personaOf = (changes: object = {}): Persona => ({
  id: 'small',
  ...personaSchema.parse({ ...SMALL, ...changes }),
});

/** A folder with these files, for the length of the test. */
export async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-persona-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}
