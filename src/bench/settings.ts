/**
 * The settings of a server that was started with this environment, as far as they may stand in a file that is sent about:
 * numbers, switches and words of a short list. Free text is left out, since it may be a secret, a path or an address. Pure.
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

/** Numbers that the bench chooses itself, or that no caller meets. */
const NOT_MEASURED: ReadonlySet<string> = new Set<keyof Config>(['PORT', 'MAX_SESSIONS', 'MAX_UPLOAD']);

/** Whatever kind of value they may have one day. */
const SECRET = /KEY|SECRET|PASSWORD|TOKEN(?!S)/;

/** Those that differ from the defaults, by their names. Throws bad_settings. */
export function settingsOf(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const defaults = textsOf(readConfig({}));
  const set = [...textsOf(readConfig(environment))].filter(([name, text]) => defaults.get(name) !== text);
  return Object.fromEntries(set);
}

function textsOf(config: Config): Map<string, string> {
  const shown = Object.entries(config).filter(([name, value]) => value !== undefined && isShown(name, value));
  return new Map(shown.map(([name, value]) => [name, textOf(value)]));
}

function isShown(name: string, value: unknown): boolean {
  if (SECRET.test(name) || NOT_MEASURED.has(name)) return false;
  if (typeof value === 'number' || typeof value === 'boolean') return true;
  return SHAPED.has(name) || (Object.hasOwn(WORDS, name) && WORDS[name as Word]);
}

/** As it would stand in the environment. */
function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? Object.values(value).join(',') : String(value);
}
