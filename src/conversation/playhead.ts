/**
 * How far the caller has really heard a response. A Parley client says so every 100 ms, and between its reports the
 * position is extrapolated; for a stock client, which says nothing, the wall clock since the first audio stands in.
 * Positions count samples at 24 kHz.
 */
import { SPEECH_RATE } from '../audio/pcm.js';
import { Bell } from '../flow.js';
import type { PlaybackReport } from '../protocol/client-events.js';

const SAMPLES_PER_MS = SPEECH_RATE / 1000;

type Position =
  /** Nothing has been heard; without reports this is so until the first audio is sent. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'moving'; readonly samples: number; readonly at: number }
  | { readonly kind: 'still'; readonly samples: number };

export interface Playhead {
  /** Audio up to here has left for the caller. */
  sent(position: number): void;
  report(report: PlaybackReport): void;
  /** Samples heard by now, never more than were sent. */
  heard(): number;
  /** Waits until all but `ahead` of the samples before `position` have been heard. */
  reach(position: number, ahead: number, signal: AbortSignal): Promise<void>;
}

export function createPlayhead(reports: boolean, now: () => number): Playhead {
  const bell = new Bell();
  let position: Position = { kind: 'waiting' };
  let sent = 0;
  const heard = (): number => {
    switch (position.kind) {
      case 'waiting':
        return 0;
      case 'still':
        return Math.min(sent, position.samples);
      case 'moving':
        return Math.min(sent, Math.round(position.samples + (now() - position.at) * SAMPLES_PER_MS));
    }
  };
  return {
    sent(upTo) {
      if (!reports && position.kind === 'waiting') position = { kind: 'moving', samples: 0, at: now() };
      sent = upTo;
    },
    report({ played, state }) {
      position =
        state === 'playing' ? { kind: 'moving', samples: played, at: now() } : { kind: 'still', samples: played };
      bell.ring();
    },
    heard,
    async reach(target, ahead, signal) {
      for (;;) {
        const missing = target - ahead - heard();
        if (missing <= 0) return;
        // A moving playhead gets there by itself; a still one needs a report, and the longest wait is only a look-up.
        await bell.rung(position.kind === 'moving' ? Math.max(1, missing / SAMPLES_PER_MS) : 1000, signal);
      }
    },
  };
}
