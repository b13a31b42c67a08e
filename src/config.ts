/**
 * Every setting there is: one schema over the environment, read once by main.ts and handed on in slices. A test holds
 * `.env.example` against it.
 */
import { z } from 'zod';
import {
  baseUrl,
  decimal,
  ELEVENLABS_FORMATS,
  engines,
  facePace,
  isOrigin,
  isPath,
  isToken,
  jsonObject,
  key,
  list,
  onOff,
  speechRate,
  torchDevice,
  WHISPER_COMPUTE,
  wholeNumber,
  withoutVersion,
} from './config-values.js';
import { ParleyError } from './errors.js';

export const OPENAI_URL = 'https://api.openai.com/v1';

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
  MAX_LOOP_LAG: wholeNumber(1, 60_000).default(50),
  MAX_LOOP_BUSY: wholeNumber(1, 1000).default(90),
  MAX_SPEECH_WAIT: wholeNumber(1, 60_000).default(1500),
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
  TURN_MODEL: z.string().optional(),
  STT: engines('openai', 'whisper', 'pocketsphinx', 'none'),
  LLM: engines('openai', 'scripted'),
  TTS: engines('elevenlabs', 'kokoro', 'coqui', 'espeak', 'none'),
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
  WHISPER_MODEL: z.string().trim().optional(),
  WHISPER_PYTHON: z.string().optional(),
  WHISPER_DEVICE: z
    .string()
    .regex(/^(auto|cpu|cuda(:\d+)?)$/, 'expected auto, cpu, cuda or cuda:1')
    .default('auto'),
  WHISPER_COMPUTE: z.enum(WHISPER_COMPUTE, `expected one of: ${WHISPER_COMPUTE.join(', ')}`).default('auto'),
  WHISPER_BEAM: wholeNumber(1, 10).default(1),
  WHISPER_LANGUAGE: z
    .string()
    .regex(/^[a-z]{2,3}$/, 'expected the code of a language, as en')
    .optional(),
  KOKORO_MODEL: z.string().optional(),
  KOKORO_PYTHON: z.string().optional(),
  KOKORO_DEVICE: torchDevice.default('cpu'),
  KOKORO_VOICE: z
    .string()
    .trim()
    .regex(
      /^[\w-]+(:\d+(\.\d+)?)?(\s*,\s*[\w-]+(:\d+(\.\d+)?)?)*$/,
      'expected a voice, or a mix as af_heart:3,am_adam:1',
    )
    .default('af_heart'),
  KOKORO_LANGUAGE: z.string().trim().optional(),
  KOKORO_SPEED: decimal(0.5, 1.5).default(1),
  KOKORO_SAMPLE_RATE: speechRate,
  KOKORO_REPO_ID: z.string().trim().default('hexgrad/Kokoro-82M'),
  KOKORO_SPLIT_PATTERN: z.string().optional(),
  COQUI_TOS_AGREED: z.enum(['0', '1'], 'expected 1, if you agree to the licence').default('0'),
  COQUI_MODEL: z.string().trim().default('tts_models/multilingual/multi-dataset/xtts_v2'),
  COQUI_PYTHON: z.string().optional(),
  COQUI_DEVICE: torchDevice.default('cpu'),
  COQUI_LANGUAGE: z.string().trim().default('en'),
  COQUI_VOICE: z.string().trim().min(1).optional(),
  COQUI_SPEED: decimal(0.5, 1.5).default(1),
  COQUI_SAMPLE_RATE: speechRate,
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
  SPECULATION: z.enum(['off', 'llm', 'full']).default('full'),
  INTERRUPT_THINKING: decimal(0.2, 10).default(0.5),
  INTERRUPT_SPEAKING: decimal(0.2, 10).default(0.5),
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
