/**
 * What is said when nobody can answer, or not yet. A persona may bring its own lines; those of English personas that
 * bring none are here. Those that stand alone are kept as sound, so that they can be said when no voice can be reached.
 */
import type { Persona } from './persona-schema.js';

export interface Standby {
  /** Instead of an answer that cannot be given. */
  readonly apology: string | null;
  /** Behind an answer that breaks off in its middle. */
  readonly brokenOff: string | null;
  /** Behind what was said of an answer that is as long as the server lets answers be. */
  readonly tooLong: string | null;
  /** Where the answer goes on without a voice. */
  readonly voiceLost: string | null;
  /** Where the session has reached one of its limits. */
  readonly farewell: string | null;
  /** Where the answer lets the caller wait. */
  readonly fillers: readonly string[];
}

/** One clause each, so that none is broken into phrases that sound alone. */
const ENGLISH: Standby = {
  apology: 'I am sorry, I cannot answer that right now. Please ask me again in a moment.',
  brokenOff: 'I am sorry, I have lost my thread. Please ask me again.',
  tooLong: 'I must not talk too long. Shall I go on?',
  voiceLost: 'My voice has gone for a moment. You can read what I say.',
  farewell: 'That was all the time we have. Goodbye, and thank you for the talk.',
  fillers: ['Let me think about that.', 'Give me just a moment.'],
};

const SILENT: Standby = {
  apology: null,
  brokenOff: null,
  tooLong: null,
  voiceLost: null,
  farewell: null,
  fillers: [],
};

export function standbyOf({ standby, language }: Pick<Persona, 'standby' | 'language'>): Standby {
  const { apology, brokenOff, tooLong, voiceLost, farewell, fillers } = /^en\b/i.test(language) ? ENGLISH : SILENT;
  return {
    apology: standby.apology ?? apology,
    brokenOff: standby.brokenOff ?? brokenOff,
    tooLong: standby.tooLong ?? tooLong,
    voiceLost: standby.voiceLost ?? voiceLost,
    farewell: standby.farewell ?? farewell,
    fillers: standby.fillers ?? fillers,
  };
}
