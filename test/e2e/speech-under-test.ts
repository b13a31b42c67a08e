/** Who hears and speaks in the servers under test: what is built in, or what test/speech/local-server.ts sets. */
import { availableParallelism } from 'node:os';
import { inject } from 'vitest';
import { findSphinx } from '../../src/engines/stt/pocketsphinx-package.js';

interface Ear {
  /** As its processes are called in the log: the first bears this name, and others a number behind it. */
  readonly name: string;
  readonly processes: number;
  /** What it makes of the recordings. */
  readonly hears: { readonly tellMeAStory: string; readonly whatIsParley: string; readonly capitalOfFrance: string };
  /** Why it cannot be tried here; null if it can. */
  readonly missing: string | null;
}

const isLocal = inject('serverSettings')?.STT === 'whisper';
const sphinx = findSphinx('var/python');

/** One listens for the phrases of a script, the other writes down whatever is said. */
export const ear: Ear = isLocal
  ? {
      name: 'whisper',
      processes: 1,
      hears: {
        tellMeAStory: 'Tell me a story.',
        whatIsParley: 'What is Parley?',
        capitalOfFrance: 'What is the capital of France?',
      },
      missing: null,
    }
  : {
      name: 'pocketsphinx',
      processes: Math.min(4, availableParallelism()),
      hears: { tellMeAStory: 'Tell me a story', whatIsParley: 'What is Parley', capitalOfFrance: '' },
      missing: 'enable' in sphinx ? `SKIPPED: ${sphinx.why}; ${sphinx.enable}` : null,
    };

export const voice = isLocal ? 'kokoro' : 'espeak';
