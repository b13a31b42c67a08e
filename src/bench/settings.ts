/**
 * The settings of a server that was started with this environment, as far as they may stand in a file that is sent about:
 * numbers, switches and words of a short list. Of free text, which may be a secret, a path or an address, it is only told
 * that there is one. Pure.
 */
import { type Config, readConfig } from '../config.js';

type Listed<Value> = Value extends readonly (infer Each)[]
  ? Listed<Each>
  : Value extends string
    ? string extends Value
      ? false
      : true
    : false;

/** Settings whose words the schema lists. */
type Word = { [Name in keyof Config]-?: Listed<NonNullable<Config[Name]>> extends true ? Name : never }[keyof Config];

/** Whether they change what is measured. The compiler misses here whatever the schema has besides. */
const WORDS: Readonly<Record<Word, boolean>> = {
  LOG_LEVEL: true,
  VAD: true,
  STT: true,
  LLM: true,
  TTS: true,
  FACE: true,
  MUSETALK_WHEN_FULL: true,
  MUSETALK_PRECISION: true,
  WHISPER_COMPUTE: true,
  KOKORO_SAMPLE_RATE: true,
  COQUI_TOS_AGREED: false,
  COQUI_SAMPLE_RATE: true,
  ELEVENLABS_OUTPUT_FORMAT: true,
  SPECULATION: true,
};

/** Texts whose patterns let nothing through but devices and numbers. */
const SHAPED: ReadonlySet<string> = new Set<keyof Config>([
  'SIMULATED_FACE',
  'MUSETALK_DEVICES',
  'WHISPER_DEVICE',
  'KOKORO_DEVICE',
  'COQUI_DEVICE',
]);

/** What the bench chooses itself for every server, or no caller meets. */
const NOT_MEASURED: ReadonlySet<string> = new Set<keyof Config>([
  ...(['HOST', 'PORT', 'ACCESS_TOKEN', 'TLS_CERT', 'TLS_KEY', 'MAX_SESSIONS'] as const),
  ...(['ALLOWED_ORIGINS', 'ALLOWED_HOSTS', 'MAX_UPLOAD'] as const),
]);

/** Whatever kind of value they may have one day. */
const SECRET = /KEY|SECRET|PASSWORD|TOKEN(?!S)/;

/** Stands for a text that is not shown: that there is one is no secret. */
export const HIDDEN = 'set';

/**
 * Those that differ from the defaults, by their names. `chosen`: names of what the bench has set for this run; of these
 * what is hidden is left out. Throws bad_settings.
 */
export function settingsOf(
  environment: Readonly<Record<string, string | undefined>>,
  chosen: readonly string[] = [],
): Record<string, string> {
  const defaults: Readonly<Record<string, unknown>> = readConfig({});
  const set = Object.entries(readConfig(environment)).filter(
    ([name, value]) => isMeasured(name) && JSON.stringify(value) !== JSON.stringify(defaults[name]),
  );
  const told = set.map(([name, value]) => [name, isShown(name, value) ? textOf(value) : HIDDEN] as const);
  return Object.fromEntries(told.filter(([name, text]) => text !== HIDDEN || !chosen.includes(name)));
}

const isMeasured = (name: string) => !NOT_MEASURED.has(name) && wordOf(name) !== false;

function isShown(name: string, value: unknown): boolean {
  if (SECRET.test(name)) return false;
  return typeof value === 'number' || typeof value === 'boolean' || SHAPED.has(name) || wordOf(name) === true;
}

const wordOf = (name: string) => (Object.hasOwn(WORDS, name) ? WORDS[name as Word] : undefined);

/** As it would stand in the environment. */
function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.values(value).join(',') : String(value);
}
