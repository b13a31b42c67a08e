/** What the session is told of this client: whether its answers are heard, and how it wants to be listened to. Pure. */
import type { ClientEvent } from '../../src/protocol/client-events.js';

export interface Wish {
  readonly hasSound: boolean;
  readonly isListening: boolean;
  /** Whether whatever is heard is answered, understood or not; otherwise this client asks for the answers itself. */
  readonly answersAll: boolean;
}

export interface Agreement {
  /** What the server is not told yet of this. */
  update(wish: Wish): ClientEvent[];
  /** A new session knows nothing. */
  reset(): void;
}

const DEFAULTS = { modality: 'audio', isTranscribed: false, answersAll: true } as const;

export function agreement(): Agreement {
  let told: { modality: 'audio' | 'text'; isTranscribed: boolean; answersAll: boolean } = DEFAULTS;
  return {
    update({ hasSound, isListening, answersAll }) {
      // Without sound, answers come as text: nobody would report that they are heard.
      const modality = hasSound ? 'audio' : 'text';
      const isTranscribed = told.isTranscribed || isListening;
      const modalities: { output_modalities?: ['audio'] | ['text'] } =
        modality === told.modality ? {} : { output_modalities: [modality] };
      const input = {
        ...(isTranscribed === told.isTranscribed ? {} : { transcription: {} }),
        ...(answersAll === told.answersAll ? {} : { turn_detection: detection(answersAll) }),
      };
      told = { modality, isTranscribed, answersAll };
      const news = { ...modalities, ...(Object.keys(input).length === 0 ? {} : { audio: { input } }) };
      return Object.keys(news).length === 0 ? [] : [{ type: 'session.update', session: { type: 'realtime', ...news } }];
    },
    reset() {
      told = DEFAULTS;
    },
  };
}

const detection = (create_response: boolean) =>
  ({ type: 'semantic_vad', eagerness: 'auto', create_response, interrupt_response: true }) as const;
