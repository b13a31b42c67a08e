/**
 * How far the caller has really heard a response. A Parley client says so every 100 ms, and between its reports the
 * position is extrapolated; for a stock client, which says nothing, the wall clock since the first audio stands in, and
 * so it does for a client that has fallen silent. Positions count samples at 24 kHz.
 */
import { SPEECH_RATE } from '../audio/pcm.js';
import { Bell } from '../flow.js';
import type { PlaybackReport } from '../protocol/client-events.js';

/** A player reports every 100 ms; one that has not for so long will not, and its turn must not hang on it. */
const SILENT_MS = 3000;
const SAMPLES_PER_MS = SPEECH_RATE / 1000;

type Position =
  /** Nothing has been heard; without reports this is so until the first audio is sent. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'moving'; readonly samples: number; readonly at: number }
  | { readonly kind: 'still'; readonly samples: number; readonly paused: boolean }
  /** All that was sent has been heard, whatever rounding the player's own count has. */
  | { readonly kind: 'ended' };

export interface Playhead {
  /** Audio up to here has left for the caller. */
  sent(position: number): void;
  report(report: PlaybackReport): void;
  /** Samples heard by now, never more than were sent. */
  heard(): number;
  /** Where the player has said that it is held; null: it has not said so. */
  heldAt(): number | null;
  /** It is to go on; where it will be held the next time it has to say anew. */
  letGo(): void;
  /** False: it is held, or has run dry. */
  moves(): boolean;
  /** Waits until all but `ahead` of the samples before `position` have been heard. */
  reach(position: number, ahead: number, signal: AbortSignal): Promise<void>;
}

export function createPlayhead(reports: boolean, now: () => number): Playhead {
  const bell = new Bell();
  let position: Position = { kind: 'waiting' };
  let sent = 0;
  let lastWord = now();

  const heard = (): number => {
    switch (position.kind) {
      case 'waiting':
        return 0;
      case 'still':
        return Math.min(sent, position.samples);
      case 'moving':
        return Math.min(sent, Math.round(position.samples + (now() - position.at) * SAMPLES_PER_MS));
      case 'ended':
        return sent;
    }
  };
  /** A pause was said, and lasts; any other standstill without a word is taken for a player that goes on. */
  const mindSilence = () => {
    const stands = position.kind === 'waiting' || (position.kind === 'still' && !position.paused);
    if (!stands || sent === 0 || now() - lastWord < SILENT_MS) return;
    position = { kind: 'moving', samples: heard(), at: now() };
  };

  return {
    sent(upTo) {
      if (sent === 0) lastWord = now();
      if (!reports && position.kind === 'waiting') position = { kind: 'moving', samples: 0, at: now() };
      sent = upTo;
    },
    report({ played, state }) {
      lastWord = now();
      if (state === 'playing') position = { kind: 'moving', samples: played, at: now() };
      else if (state === 'ended' || state === 'idle') position = { kind: 'ended' };
      else position = { kind: 'still', samples: played, paused: state === 'paused' };
      bell.ring();
    },
    heard,
    heldAt: () => (position.kind === 'still' && position.paused ? heard() : null),
    letGo() {
      if (position.kind === 'still') position = { ...position, paused: false };
    },
    moves: () => position.kind === 'moving' && heard() < sent,
    async reach(target, ahead, signal) {
      for (;;) {
        mindSilence();
        const missing = target - ahead - heard();
        if (missing <= 0) return;
        // A moving playhead gets there by itself; a still one needs a report, and the longest wait is only a look-up.
        await bell.rung(position.kind === 'moving' ? Math.max(1, missing / SAMPLES_PER_MS) : 1000, signal);
      }
    },
  };
}
