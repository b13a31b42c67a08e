/** A session's settings: the defaults, and how a session.update changes them. Pure. */
import type { Tool } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import type {
  SessionSettings,
  SessionUpdate,
  ToolChoice,
  ToolDefinition,
  TurnDetection,
  TurnDetectionUpdate,
} from '../protocol/session.js';
import type { House } from './house.js';
import { newId } from './ids.js';
import { checkVoice, type Voices, voicesOf } from './voices.js';

/** The vendor ends a session after an hour; clients show this date and nothing else hangs on it. */
const SESSION_SECONDS = 3600;
/** All of them are shown with every answer to an update, and whoever sends many updates may add to them with each. */
const MOST_CHARACTERS = 1024 * 1024;

export interface SettingsDefaults {
  readonly id: string;
  readonly model: string;
  readonly instructions: string;
  readonly voice: string;
  /** False: the server has no recogniser, so there are no turns to detect. */
  readonly hears: boolean;
  readonly nowMs: number;
}

const SEMANTIC_VAD = {
  type: 'semantic_vad',
  eagerness: 'auto',
  create_response: true,
  interrupt_response: true,
} as const satisfies TurnDetection;

const SERVER_VAD = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  create_response: true,
  interrupt_response: true,
  idle_timeout_ms: null,
} as const satisfies TurnDetection;

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

/** What a session is like that begins with these settings; null: with none but the house's own. */
export function firstSettings(
  house: Pick<House, 'hearing' | 'presenter' | 'voices' | 'mayHaveVoice'>,
  model: string,
  update: SessionUpdate | null,
  id = newId('sess'),
): SessionSettings {
  const { hearing, presenter } = house;
  const { instructions, voice } = presenter;
  const hears = hearing !== null;
  const settings = defaultSettings({ id, model, instructions, voice, hears, nowMs: Date.now() });
  return update === null
    ? settings
    : updatedSettings(settings, update, { voices: voicesOf(house), hasSpoken: false, hears });
}

export interface UpdateRules {
  readonly voices: Voices;
  /** True once audio has been sent: from then on the voice stays. */
  readonly hasSpoken: boolean;
  readonly hears: boolean;
}

/** The settings after an update: what it names is changed, everything else stays, within nested settings too. */
export function updatedSettings(settings: SessionSettings, update: SessionUpdate, rules: UpdateRules): SessionSettings {
  const { audio, ...top } = update;
  const input = updatedInput(settings.audio.input, audio?.input ?? {}, rules.hears);
  const output = { ...settings.audio.output, ...named(audio?.output ?? {}) };
  if (output.voice !== settings.audio.output.voice) {
    checkVoice(output.voice, rules.voices, 'session.audio.output.voice');
    if (rules.hasSpoken)
      throw new ParleyError('cannot_update_voice', undefined, { param: 'session.audio.output.voice' });
  }
  const { id, object, expires_at } = settings;
  const updated = { ...settings, ...named(top), audio: { input, output }, id, object, expires_at };
  if (update.tool_choice !== undefined) checkToolChoice(updated.tool_choice, updated.tools, 'session.tool_choice');
  if (JSON.stringify(updated).length > MOST_CHARACTERS) {
    throw new ParleyError('invalid_value', 'The session would hold too many settings.', { param: 'session' });
  }
  return updated;
}

type Input = SessionSettings['audio']['input'];
type InputUpdate = NonNullable<NonNullable<SessionUpdate['audio']>['input']>;

function updatedInput(before: Input, update: InputUpdate, hears: boolean): Input {
  const { turn_detection: detection, transcription, ...rest } = update;
  return {
    ...before,
    ...named(rest),
    turn_detection: hears ? updatedDetection(before.turn_detection, detection) : null,
    transcription: updatedTranscription(before.transcription, transcription),
  };
}

function updatedTranscription(
  before: Input['transcription'],
  update: InputUpdate['transcription'],
): Input['transcription'] {
  if (update === undefined) return before;
  return update === null ? null : { ...before, ...named(update) };
}

/** Another type of detection begins with its own defaults. */
function updatedDetection(
  before: TurnDetection | null,
  update: TurnDetectionUpdate | null | undefined,
): TurnDetection | null {
  if (update === undefined) return before;
  if (update === null) return null;
  if (update.type === 'server_vad')
    return { ...(before?.type === 'server_vad' ? before : SERVER_VAD), ...named(update) };
  return { ...(before?.type === 'semantic_vad' ? before : SEMANTIC_VAD), ...named(update) };
}

/** Throws invalid_value for a function that is not among the tools. */
export function checkToolChoice(choice: ToolChoice, tools: readonly ToolDefinition[], param: string): void {
  if (typeof choice === 'string' || tools.some(({ name }) => name === choice.name)) return;
  throw new ParleyError('invalid_value', `No tool has the name "${choice.name}".`, { param });
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
