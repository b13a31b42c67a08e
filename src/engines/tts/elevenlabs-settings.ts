/** What both of ElevenLabs' engines are told, and how it is said on the wire. */
import type { ElevenLabs } from 'elevenlabs';
import type { Logger } from 'pino';
import type { LearntVoices } from '../learnt.js';
import type { ElevenLabsFormat } from './elevenlabs-audio.js';

export interface ElevenLabsSettings {
  readonly apiKey: string;
  readonly baseUrl: string;
  /** The longest that nothing may come while something is owed. */
  readonly timeoutMs: number;
  /** The voice of a session that names none, by its id. */
  readonly voice: string;
  readonly model: string;
  readonly format: ElevenLabsFormat;
  readonly voiceSettings: {
    readonly stability: number;
    readonly similarityBoost: number;
    readonly style: number;
    readonly speakerBoost: boolean;
    readonly speed: number;
  };
  /** Voices that the vendor has learnt for us; without it, none. */
  readonly learnt?: LearntVoices;
  readonly log: Logger;
}

/** The vendor refuses what lies outside. */
const SLOWEST = 0.7;
const FASTEST = 1.2;

/** `speed` is the caller's wish, on top of the voice's own pace. */
export function voiceSettings({ voiceSettings: set }: ElevenLabsSettings, speed: number) {
  const { stability, similarityBoost, style, speakerBoost } = set;
  return {
    stability,
    similarityBoost,
    style,
    useSpeakerBoost: speakerBoost,
    speed: Math.max(SLOWEST, Math.min(FASTEST, set.speed * speed)),
  } satisfies ElevenLabs.RealtimeVoiceSettings & ElevenLabs.VoiceSettings;
}
