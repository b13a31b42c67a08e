/**
 * Every setting there is: one schema over the environment, read once by main.ts and handed on in slices. A test holds
 * `.env.example` against it.
 */
import { z } from 'zod';
import { ParleyError } from './errors.js';

/** `a, b,c` as a list without blanks. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean),
);

/** A comma list of engines: the first healthy one does the job. `auto` lets the server choose. */
const engines = <const Names extends readonly [string, ...string[]]>(...names: Names) =>
  list
    .default(['auto'])
    .pipe(z.array(z.enum(['auto', ...names], `expected a comma list of: auto, ${names.join(', ')}`)).min(1));

const wholeNumber = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'expected a whole number').transform(Number).pipe(z.number().min(min).max(max));

/** `none` is for those who mean it. What can be guessed, or cannot stand in a header, is no token. */
const isToken = (text: string): boolean => text === 'none' || /^[\x21-\x7e]{16,}$/.test(text);

/** A path of a file; whoever puts a key itself here should not see it printed as one that was not found. */
const isPath = (text: string): boolean => !/[\r\n]|-----BEGIN/.test(text);

const isOrigin = (text: string): boolean => text === '*' || (URL.canParse(text) && new URL(text).origin === text);

/** An empty variable counts as one that is not set, as in `PORT= npm start`. */
const schema = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(8080),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('warn'),
  ALLOWED_ORIGINS: list
    .default([])
    .pipe(z.array(z.string().refine(isOrigin, 'expected origins, as https://www.example.org'))),
  ALLOWED_HOSTS: list.default([]),
  ACCESS_TOKEN: z.string().refine(isToken, 'expected at least 16 printable characters without blanks').optional(),
  TLS_CERT: z.string().refine(isPath, 'expected the path of a file').optional(),
  TLS_KEY: z.string().refine(isPath, 'expected the path of a file').optional(),
  MAX_SESSIONS: wholeNumber(1, 10_000).default(100),
  DATA_DIR: z.string().default('var'),
  PERSONAS_DIR: z.string().default('personas'),
  PERSONA: z.string().default('parley'),
  AVATAR: z.string().optional(),
  VOICE: z.string().optional(),
  VAD: engines('silero', 'loudness'),
  STT: engines('pocketsphinx', 'none'),
  LLM: engines('scripted'),
  TTS: engines('espeak', 'none'),
  FACE: engines('drawn', 'none'),
});

const secrets: readonly string[] = ['ACCESS_TOKEN', 'TLS_CERT', 'TLS_KEY'] satisfies (keyof Config)[];

export type Config = Readonly<z.infer<typeof schema>>;

/** Names of all variables, for the test that compares them with `.env.example`. */
export const variables: readonly string[] = Object.keys(schema.shape);

/** Throws bad_settings, naming the first variable that is wrong and why. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(
    Object.entries(environment).filter(
      ([name, value]) => variables.includes(name) && value !== undefined && value !== '',
    ),
  );
  const parsed = schema.safeParse(set);
  if (parsed.success) return Object.freeze(parsed.data);
  const issue = parsed.error.issues[0]!;
  const name = String(issue.path[0]);
  // What is printed may end in a log, where no token and no key belongs, not even a wrong one.
  const value = secrets.includes(name) ? '' : `="${set[name]}"`;
  throw new ParleyError('bad_settings', `${name}${value} is wrong: ${issue.message}.`, { param: name });
}
