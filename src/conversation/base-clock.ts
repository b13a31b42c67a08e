/** Which base picture a caller sees who owns the clock of the idle loop: the last that it reported, moved on since then. */
import { FRAME_MS } from '../audio/pcm.js';
import type { PlaybackReport } from '../protocol/client-events.js';

/** A reply's first sound comes out of the caller's buffer about two frames after it was sent. */
const START_FRAMES = 2;

export interface BaseClock {
  report(report: PlaybackReport): void;
  /** The one that it will see when a reply that leaves in so many milliseconds begins to sound, in a loop of so many. */
  due(frames: number, inMs: number): number;
}

export function createBaseClock(now: () => number): BaseClock {
  let seen = { base: 0, at: now(), moves: true };
  return {
    report({ base, state }) {
      seen = { base, at: now(), moves: state !== 'paused' && state !== 'buffering' };
    },
    due(frames, inMs) {
      const passed = seen.moves ? Math.round((now() + inMs - seen.at) / FRAME_MS) : 0;
      return (seen.base + passed + START_FRAMES) % frames;
    },
  };
}
