/** What a persona file may hold. docs/personas.md explains every field. */
import { z } from 'zod';

const said = z.string().max(4000).regex(/\S/, 'must say something');
/** Kept as sound beforehand: nothing can be filled in. */
const standing = said.max(200).regex(/^[^{}]*$/, 'must have no { and }');
const lines = z.array(said).min(1).max(60);
const id = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'must be lower-case letters, digits and _, at most 40');
/** Voices and avatars are named by the servers that have them. */
const foreignId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be letters, digits, dots and dashes');

/** One, or several of which the first that the server's voice engine has is taken. */
const voices = z.union([foreignId, z.array(foreignId).min(1).max(8)]);

/** `leadsTo` this word: answer as the intent did that was answered last, so that "another one" fits every list. */
export const LAST_ANSWERED = 'last_answered';

/** Somebody else who may present the persona: what is theirs, by the id of their avatar. */
const presenterSchema = z.strictObject({
  name: z.string().min(1).max(80),
  voice: voices.optional(),
  /** In place of those that the intents have. */
  answers: z.record(id, lines).default({}),
});

const intentSchema = z.strictObject({
  id,
  /** What callers say, in the grammar of persona-grammar.ts. */
  phrases: z.array(z.string().max(300).regex(/\S/, 'must say something')).min(1).max(100),
  /** A follow-up: it is only understood while one of these was the last intent to be answered. */
  after: z.array(z.string()).min(1).optional(),
  /** Said in passing ("you are welcome"): follow-ups still mean the answer before it. */
  aside: z.boolean().optional(),
  /** Told one after another: one that was not told in this conversation comes first. */
  answers: lines.optional(),
  /** Said once when all answers were told, before they begin again. */
  allTold: said.optional(),
  /** Said when the answers cannot be: nothing to go on with, no number given, the tool not offered. */
  otherwise: lines.optional(),
  /** Answer as another intent would. */
  leadsTo: z.string().optional(),
  /** Ask the client to run this instead of answering; the answers then speak of its {output}. */
  tool: z.strictObject({ name: z.string().min(1), arguments: z.record(z.string(), z.json()) }).optional(),
});

export const personaSchema = z.strictObject({
  name: z.string().min(1).max(80),
  description: z.string().min(1).max(300),
  /** The system prompt for a language model; {name} is whoever presents. */
  instructions: z.string().min(1).max(20_000),
  voice: voices.optional(),
  avatar: foreignId.optional(),
  presenters: z.record(foreignId, presenterSchema).default({}),
  language: z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as en or en-GB'),
  greeting: lines,
  /** Names that a recogniser could not guess, in ARPAbet: "parley": "P AA1 R L IY0". */
  pronunciations: z
    .record(z.string(), z.string().regex(/^[A-Z]{1,2}[0-2]?( [A-Z]{1,2}[0-2]?)*$/, 'must be ARPAbet: "P AA1 R L IY0"'))
    .default({}),
  /** Things to ask, offered on the page. */
  suggestions: z.array(z.string().min(1).max(80)).max(12).default([]),
  /** Said when nothing in the script fits. */
  fallback: lines,
  /** Said to a caller who has been silent for long, if its client wants that. */
  silence: lines.optional(),
  /** Said whoever answers otherwise, because it may be that nobody can. */
  standby: z
    .strictObject({
      apology: standing.optional(),
      brokenOff: standing.optional(),
      tooLong: standing.optional(),
      voiceLost: standing.optional(),
      farewell: standing.optional(),
      fillers: z.array(standing).max(12).optional(),
    })
    .default({}),
  script: z.strictObject({ intents: z.array(intentSchema).min(1).max(300) }),
});

export type Intent = Readonly<z.infer<typeof intentSchema>>;

export type Persona = Readonly<z.infer<typeof personaSchema>> & {
  /** The name of its file. */
  readonly id: string;
};

/** Filled in from the clock and the persona; they may stand in anything that is said. */
export const CLOCK_PLACEHOLDERS = ['time', 'date', 'day', 'year', 'daytime'] as const;
/** Filled in from the conversation. Where one has no value, the intent says its `otherwise` instead. */
export const TALK_PLACEHOLDERS = ['number', 'count', 'countdown', 'rest', 'last'] as const;

/** The placeholders of a text, in order: "It is {time}." -> ["time"]. */
export function placeholdersOf(text: string): string[] {
  return Array.from(text.matchAll(/\{([^{}]*)\}/g), (match) => match[1]!);
}
