/** What providers are made of: what the house gives them, and how settings become what they are told. */
import type { Logger } from 'pino';
import type { Config } from '../../config.js';
import type { Persona } from '../../persona.js';
import { shownKey } from '../../secrets.js';
import type { LearntVoices } from '../learnt.js';

export interface ProviderTools {
  /** The package's own folder: worker programs are run from its dist/. */
  readonly root: string;
  readonly persona: Persona;
  readonly log: Logger;
  readonly stopping: AbortSignal;
  /** What voices keep as sound, in phrases. */
  readonly byHeart: { readonly phrases: readonly string[]; readonly voiceLost: readonly string[] };
  /** Voices that were made of recordings; without it, none. */
  readonly learnt?: LearntVoices;
}

/** What a worker of our own needs. */
export type WorkerTools = Pick<ProviderTools, 'root' | 'log' | 'stopping'>;

export const milliseconds = (seconds: number): number => Math.round(seconds * 1000);

export const openAiAccess = (config: Config) => ({
  name: 'openai',
  apiKey: config.OPENAI_API_KEY ?? null,
  baseUrl: config.OPENAI_BASE_URL,
  timeoutMs: milliseconds(Math.min(config.OPENAI_TIMEOUT, config.REQUEST_TIMEOUT)),
});

/** Without the path, and without a password that may stand in an address. */
export const hostOf = (url: string): string => new URL(url).host;

export const keyOf = (setting: string, key: string | undefined) =>
  key === undefined ? {} : { key: { setting, shown: shownKey(key) } };
