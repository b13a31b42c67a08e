/** Notices that nothing has been said for as long as a session has set: `idle_timeout_ms` of `server_vad`. */
import { delay } from '../flow.js';
import type { TurnDetection } from '../protocol/session.js';

export interface Silence {
  /** Nobody speaks any more, and nothing is being answered; or that is over. */
  rests(isResting: boolean): void;
  /** Something that was said is being recognised; or nothing is any more. */
  recognises(isRecognising: boolean): void;
  /** The caller did something: its silence begins anew. */
  renew(): void;
  /** From here on so long a silence counts; null: none does. */
  follow(detection: TurnDetection | null): void;
}

export interface SilenceTools {
  /** How far into its audio the caller is. */
  readonly positionMs: () => number;
  /** It has lasted, since `startMs` of the caller's audio. */
  readonly lasted: (startMs: number) => void;
  readonly session: AbortSignal;
}

export function watchSilence({ positionMs, lasted, session }: SilenceTools): Silence {
  let timeoutMs: number | null = null;
  let waiting: AbortController | null = null;
  let isResting = false;
  let isRecognising = false;

  const wait = () => {
    waiting?.abort();
    waiting = null;
    if (!isResting || isRecognising || timeoutMs === null) return;
    waiting = new AbortController();
    const startMs = positionMs();
    delay(timeoutMs, AbortSignal.any([session, waiting.signal])).then(
      () => lasted(startMs),
      () => {},
    );
  };
  return {
    rests(rests) {
      isResting = rests;
      wait();
    },
    recognises(recognises) {
      isRecognising = recognises;
      wait();
    },
    renew: wait,
    follow(detection) {
      const next = detection?.type === 'server_vad' ? detection.idle_timeout_ms : null;
      if (next === timeoutMs) return;
      timeoutMs = next;
      wait();
    },
  };
}
