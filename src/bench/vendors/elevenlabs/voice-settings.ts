/** The settings of a voice and their ranges; only the speed changes how the simulated voices sound. */
import { z } from 'zod';
import { type Refusal, refusal } from './refusals.js';

export const voiceSettings = z.strictObject({
  stability: z.number().nullish(),
  similarity_boost: z.number().nullish(),
  style: z.number().nullish(),
  use_speaker_boost: z.boolean().nullish(),
  speed: z.number().nullish(),
});

export type VoiceSettings = z.infer<typeof voiceSettings>;

const RANGES = { stability: [0, 1], similarity_boost: [0, 1], style: [0, 1], speed: [0.7, 1.2] } as const;

/** The vendor says so with words of its own, not as a validation error. */
export function outOfRange(settings: VoiceSettings | null | undefined): Refusal | null {
  for (const name of Object.keys(RANGES) as (keyof typeof RANGES)[]) {
    const [least, most] = RANGES[name];
    const value = settings?.[name] ?? least;
    if (value >= least && value <= most) continue;
    const message = `Invalid setting for ${name} received: expected ${least} to ${most}, received ${value}`;
    return refusal(400, 'invalid_voice_settings', message);
  }
  return null;
}
