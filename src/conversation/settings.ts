/** A session's settings: the defaults, and how a session.update changes them. Pure. */
import type { Tool } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import type {
  AudioFormat,
  SessionSettings,
  SessionUpdate,
  ToolChoice,
  ToolDefinition,
  TurnDetection,
} from '../protocol/session.js';

/** The vendor ends a session after an hour; clients show this date and nothing else hangs on it. */
const SESSION_SECONDS = 3600;

export interface SettingsDefaults {
  readonly id: string;
  readonly model: string;
  readonly instructions: string;
  readonly voice: string;
  /** False: the server has no recogniser, so there are no turns to detect. */
  readonly hears: boolean;
  readonly nowMs: number;
}

const SEMANTIC_VAD: TurnDetection = {
  type: 'semantic_vad',
  eagerness: 'auto',
  create_response: true,
  interrupt_response: true,
};

export function defaultSettings({ id, model, instructions, voice, hears, nowMs }: SettingsDefaults): SessionSettings {
  const format = { type: 'audio/pcm', rate: 24_000 } as const;
  return {
    type: 'realtime',
    object: 'realtime.session',
    id,
    expires_at: Math.floor(nowMs / 1000) + SESSION_SECONDS,
    model,
    instructions,
    output_modalities: ['audio'],
    max_output_tokens: 'inf',
    tools: [],
    tool_choice: 'auto',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    audio: {
      input: { format, transcription: null, noise_reduction: null, turn_detection: hears ? SEMANTIC_VAD : null },
      output: { format, voice, speed: 1 },
    },
  };
}

/** What a server without a recogniser makes of any wish to be listened to. */
const DEAF = { turn_detection: null } as const;

export interface UpdateRules {
  readonly voices: ReadonlySet<string>;
  /** True once audio has been sent: from then on the voice stays. */
  readonly hasSpoken: boolean;
  readonly hears: boolean;
}

/** The settings after an update: what it names is changed, everything else stays. */
export function updatedSettings(settings: SessionSettings, update: SessionUpdate, rules: UpdateRules): SessionSettings {
  const { audio, ...top } = update;
  const input = { ...settings.audio.input, ...named(audio?.input ?? {}), ...(rules.hears ? {} : DEAF) };
  const output = { ...settings.audio.output, ...named(audio?.output ?? {}) };
  checkFormat(input.format, 'session.audio.input.format');
  checkFormat(output.format, 'session.audio.output.format');
  if (output.voice !== settings.audio.output.voice) {
    checkVoice(output.voice, rules.voices, 'session.audio.output.voice');
    if (rules.hasSpoken)
      throw new ParleyError('cannot_update_voice', undefined, { param: 'session.audio.output.voice' });
  }
  return { ...settings, ...named(top), audio: { input, output }, id: settings.id, object: settings.object };
}

export function checkVoice(voice: string, voices: ReadonlySet<string>, param: string): void {
  if (voices.has(voice)) return;
  const known = [...voices].join(', ');
  throw new ParleyError('unknown_voice', `There is no voice "${voice}". The voices are: ${known || 'none'}.`, {
    param,
  });
}

export function checkFormat(format: AudioFormat, param: string): void {
  if (format.type === 'audio/pcm') return;
  throw new ParleyError('unsupported_format', `${format.type} is not supported.`, { param });
}

export function toolsFor(tools: readonly ToolDefinition[]): Tool[] {
  return tools.map(({ name, description, parameters }) => ({
    name,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
  }));
}

export function toolChoiceFor(choice: ToolChoice): 'auto' | 'none' | 'required' | { name: string } {
  return typeof choice === 'string' ? choice : { name: choice.name };
}

/** Without the keys whose value is undefined, so that a spread leaves what is there. */
export function named<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
