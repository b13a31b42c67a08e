/**
 * Every setting there is: one schema over the environment, read once by main.ts and handed on in slices. A test holds
 * `.env.example` against it.
 */
import { z } from 'zod';
import { ParleyError } from './errors.js';

export const OPENAI_URL = 'https://api.openai.com/v1';

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

/** Seconds, and other things that need not be whole. */
const decimal = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'expected a number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

const onOff = z.enum(['true', 'false'], 'expected true or false').transform((word) => word === 'true');

/** Nobody's password: an address is shown in many places. Paths are put behind it, so nothing may follow its own. */
const isHttp = (text: string): boolean => {
  if (!URL.canParse(text) || /[?#]/.test(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
};

/** The address of a vendor, or of a server in its place; without the slash that people put at its end. */
const baseUrl = z
  .string()
  .refine(
    isHttp,
    'expected an address without a password, a query (?...) or a fragment (#...), as https://api.example.org/v1',
  )
  .transform((text) => text.replace(/\/+$/, ''));

/** The vendor's examples end in /v1, which stands in every path that is put behind this one. */
const withoutVersion = (url: string): string => url.replace(/\/v1$/, '');

/** Some readers of env files keep the quotes around a value. */
const withoutQuotes = (text: string): string => text.replace(/^(["'])(.*)\1$/, '$2').trim();

/** What cannot stand in a header is no key: a line break that came along in copying. Nor is a quote part of any. */
const key = z
  .string()
  .trim()
  .transform(withoutQuotes)
  .pipe(z.string().regex(/^[!#-&(-~]+$/, 'expected a key, without blanks and quotes'))
  .optional();

/** `none` is for those who mean it. What can be guessed, or cannot stand in a header, is no token. */
const isToken = (text: string): boolean => text === 'none' || /^[\x21-\x7e]{16,}$/.test(text);

/** A path of a file; whoever puts a key itself here should not see it printed as one that was not found. */
const isPath = (text: string): boolean => !/[\r\n]|-----BEGIN/.test(text);

const ELEVENLABS_FORMATS = [
  'pcm_16000',
  'pcm_22050',
  'pcm_24000',
  'pcm_44100',
  'mp3_22050_32',
  'mp3_44100_128',
  'mp3_44100_192',
] as const;

/** `5,80,8`: ms for a picture, ms of look-ahead, pictures in a batch. */
const facePace = z
  .string()
  .regex(/^\d{1,4}(\.\d+)?,\d{1,3},[1-9]\d?$/, 'expected ms for a picture, ms of look-ahead and a batch, as 5,80,8')
  .transform((text) => {
    const [pictureMs = 0, lookAheadMs = 0, batch = 1] = text.split(',').map(Number);
    return { pictureMs, lookAheadMs, batch };
  });

/** As `{"decoder": "small"}`. */
const jsonObject = z.string().transform((text, context): Record<string, unknown> => {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    context.addIssue('expected a JSON object');
    return z.NEVER;
  }
});

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
  MAX_CONCURRENT_TASKS: wholeNumber(1, 8).default(1),
  MAX_UPLOAD: wholeNumber(1, 10_000).default(200),
  SESSION_MAX_TURNS: wholeNumber(1, 1_000_000).optional(),
  SESSION_MAX_MINUTES: decimal(0.1, 30_000).optional(),
  SESSION_MAX_CHARACTERS: wholeNumber(1, 1_000_000_000).optional(),
  SESSION_MAX_TOKENS: wholeNumber(1, 1_000_000_000).optional(),
  DATA_DIR: z.string().default('var'),
  PERSONAS_DIR: z.string().default('personas'),
  PERSONA: z.string().default('parley'),
  AVATAR: z.string().optional(),
  VOICE: z.string().optional(),
  VAD: engines('silero', 'loudness'),
  STT: engines('openai', 'whisper', 'pocketsphinx', 'none'),
  LLM: engines('openai', 'scripted'),
  TTS: engines('elevenlabs', 'espeak', 'none'),
  FACE: engines('musetalk', 'drawn', 'none', 'simulated'),
  MUSETALK_MODELS_DIR: z.string().optional(),
  MUSETALK_PYTHON: z.string().optional(),
  MUSETALK_DEVICES: list
    .default(['auto'])
    .pipe(z.array(z.string().regex(/^(auto|cpu|cuda(:\d+)?)$/, 'expected auto, cpu or cuda:0, cuda:1, ...')).min(1)),
  FACE_LANDMARKS_MODEL: z.string().optional(),
  MUSETALK_LANDMARKS_PYTHON: z.string().optional(),
  MUSETALK_FACE_PARSER: z.string().optional(),
  MUSETALK_REPLIES: wholeNumber(1, 1000).optional(),
  MUSETALK_OPTIONS: jsonObject.optional(),
  MUSETALK_WHEN_FULL: z.enum(['voice', 'refuse'], 'expected voice or refuse').default('voice'),
  MUSETALK_PRECISION: z.enum(['auto', 'fp32', 'fp16', 'bf16'], 'expected auto, fp32, fp16 or bf16').default('auto'),
  SIMULATED_FACE: facePace.default({ pictureMs: 5, lookAheadMs: 80, batch: 8 }),
  OPENAI_API_KEY: key,
  OPENAI_BASE_URL: baseUrl.default(OPENAI_URL),
  OPENAI_TIMEOUT: decimal(0.1, 600).default(30),
  OPENAI_CHAT_MODEL: z.string().default('gpt-4o-mini'),
  OPENAI_STT_MODEL: z.string().default('whisper-1'),
  OPENAI_MAX_TOKENS: wholeNumber(1, 1_000_000).default(150),
  OPENAI_TEMPERATURE: decimal(0, 2).default(0.7),
  WHISPER_BASE_URL: baseUrl.optional(),
  WHISPER_API_KEY: key,
  WHISPER_MODEL: z.string().default('whisper-1'),
  LLM_CONTEXT_TOKENS: wholeNumber(100, 10_000_000).default(8000),
  ELEVENLABS_API_KEY: key,
  ELEVENLABS_BASE_URL: baseUrl.transform(withoutVersion).default('https://api.elevenlabs.io'),
  ELEVENLABS_TIMEOUT: decimal(0.1, 600).default(30),
  ELEVENLABS_VOICE_ID: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9_-]+$/, 'expected the id of a voice')
    .default('21m00Tcm4TlvDq8ikWAM'),
  ELEVENLABS_MODEL: z
    .string()
    .trim()
    .regex(/^[!-~]+$/, 'expected the id of a model')
    .default('eleven_multilingual_v2'),
  ELEVENLABS_OUTPUT_FORMAT: z
    .enum(ELEVENLABS_FORMATS, `expected one of: ${ELEVENLABS_FORMATS.join(', ')}`)
    .default('pcm_24000'),
  ELEVENLABS_STABILITY: decimal(0, 1).default(0.5),
  ELEVENLABS_SIMILARITY_BOOST: decimal(0, 1).default(0.75),
  ELEVENLABS_STYLE: decimal(0, 1).default(0),
  ELEVENLABS_SPEAKER_BOOST: onOff.default(true),
  ELEVENLABS_SPEED: decimal(0.7, 1.2).default(1),
  MAX_RETRIES: wholeNumber(1, 10).default(3),
  INITIAL_RETRY_DELAY: decimal(0, 60).default(1),
  BACKOFF_MULTIPLIER: decimal(1, 10).default(2),
  REQUEST_TIMEOUT: decimal(0.1, 600).default(30),
  STT_DEADLINE: decimal(0.1, 600).default(6),
  LLM_DEADLINE: decimal(0.1, 600).default(4),
  LLM_IDLE_TIMEOUT: decimal(0.1, 600).default(5),
  TTS_DEADLINE: decimal(0.1, 600).default(3),
  FILLER_AFTER: decimal(0, 600).default(1.5),
});

const keys = ['OPENAI_API_KEY', 'WHISPER_API_KEY', 'ELEVENLABS_API_KEY'] as const satisfies (keyof Config)[];

const secrets: readonly string[] = [
  'ACCESS_TOKEN',
  'TLS_CERT',
  'TLS_KEY',
  'OPENAI_BASE_URL',
  'WHISPER_BASE_URL',
  'ELEVENLABS_BASE_URL',
  ...keys,
] satisfies (keyof Config)[];

/** What must not be repeated anywhere: neither in the log, nor to callers. */
export const keysOf = (config: Config): string[] => keys.flatMap((name) => config[name] ?? []);

export type Config = Readonly<z.infer<typeof schema>>;

/** How long it is worth trying, in milliseconds. `seconds`: what the caller waits for this job, in all. */
export function retrying(config: Config) {
  const ms = (seconds: number) => Math.round(Math.min(seconds, config.REQUEST_TIMEOUT) * 1000);
  return {
    patience: (seconds: number) => ({
      attempts: config.MAX_RETRIES,
      delayMs: config.INITIAL_RETRY_DELAY * 1000,
      factor: config.BACKOFF_MULTIPLIER,
      budgetMs: ms(seconds),
    }),
    idleMs: ms(config.LLM_IDLE_TIMEOUT),
  };
}

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
