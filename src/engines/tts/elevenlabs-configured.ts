/**
 * Whether the vendor takes the voice and the model of the settings. No list proves it, since it speaks with voices that it
 * does not list; but when it refuses one of them by name, whoever speaks with these settings is refused as well.
 */
import { ParleyError } from '../../errors.js';
import type { Speech } from '../contract.js';
import type { ElevenLabsSettings } from './elevenlabs-settings.js';

export interface Configured {
  /** For operators; null: nothing is known against them. */
  readonly trouble: string | null;
  /** The same speech, of this voice: what becomes of it tells. */
  watch(speech: AsyncIterable<Speech>, voice: string): AsyncGenerator<Speech, void, undefined>;
}

/** Then it is tried again: an account may have been given the voice. A refusal comes at once, and costs nothing. */
const BELIEVED_MS = 600_000;

/** Of one voice and one model, whichever way the vendor is asked. `now`: in milliseconds. */
export function configured(
  { voice: ours, model }: Pick<ElevenLabsSettings, 'voice' | 'model'>,
  now = () => performance.now(),
): Configured {
  /** When it was refused last. */
  const refused: { voice: number | null; model: number | null } = { voice: null, model: null };
  const isBelieved = (at: number | null) => at !== null && now() - at < BELIEVED_MS;
  const spoke = (voice: string) => {
    refused.model = null;
    if (voice === ours) refused.voice = null;
  };
  const failed = (thrown: unknown, voice: string) => {
    if (!(thrown instanceof ParleyError)) return;
    if (thrown.code === 'unknown_model') refused.model = now();
    // Another voice is a caller's wish, and no other caller's trouble.
    if (thrown.code === 'unknown_voice' && voice === ours) refused.voice = now();
  };
  return {
    get trouble() {
      if (isBelieved(refused.model)) return `it does not know the model "${model}" (ELEVENLABS_MODEL)`;
      if (isBelieved(refused.voice)) return `it does not know the voice "${ours}" (ELEVENLABS_VOICE_ID)`;
      return null;
    },
    async *watch(speech, voice) {
      try {
        for await (const piece of speech) {
          spoke(voice);
          yield piece;
        }
      } catch (thrown) {
        failed(thrown, voice);
        throw thrown;
      }
    },
  };
}

/** What an engine says of its health. */
export function healthOf({ trouble }: Configured, isClosed: boolean): 'up' | { readonly down: string } {
  if (isClosed) return { down: 'it is closed' };
  return trouble === null ? 'up' : { down: trouble };
}
