/**
 * What becomes of an answer over which something is heard: told every event after the player has obeyed it. Times are
 * in milliseconds.
 */
import { SPEECH_RATE, samplesToMs } from '../audio/pcm.js';
import type { ServerEvent } from '../protocol/server-events.js';
import type { InterruptionMarks } from './interruption-result.js';
import type { Halt, Player } from './player.js';
import type { Listener } from './session.js';

export interface InterruptionWatch extends Listener {
  readonly isCutOff: boolean;
  result(): InterruptionMarks;
}

interface WatchParts {
  readonly player: Player;
  /** The moment of the first voiced sample of what is heard over it. */
  readonly zero: number;
  /** The item of the conversation that the answer is. */
  readonly itemId: string | null;
}

export function watchInterruption({ player, zero, itemId }: WatchParts): InterruptionWatch {
  const { response, halts, stale } = player;
  const before = halts.length;
  const at = player.played;
  let cutOffAt: number | null = null;
  let kept: number | null = null;
  const since = (time: number) => Math.round((time - zero) * 10) / 10;
  const made = (): readonly Halt[] => halts.slice(before);
  return {
    get isCutOff() {
      return cutOffAt !== null;
    },
    event(event: ServerEvent, now) {
      if (event.type === 'avatar.flush' && event.response === response) cutOffAt ??= now;
      if (event.type === 'conversation.item.truncated' && event.item_id === itemId) kept ??= event.audio_end_ms;
    },
    result() {
      const all = made();
      const last = all.at(-1);
      const stands = last?.end === null ? last : null;
      const went = all.flatMap(({ since: from, at: sample, end }) => (end === null ? [] : [{ from, sample, end }]));
      const held = went.reduce((sum, { from, end }) => sum + end.at - from, 0);
      return {
        atMs: Math.round(samplesToMs(at, SPEECH_RATE)),
        outcome: cutOffAt !== null ? 'cut_off' : all.length > 0 ? 'held' : 'unnoticed',
        stillMs: stands === null ? null : since(stands.since),
        cutOffMs: cutOffAt === null ? null : since(cutOffAt),
        heldMs: Math.round(held * 10) / 10,
        movedSamples: Math.max(0, ...went.map(({ sample, end }) => Math.abs(end.from - sample))),
        staleFrames: player.stale - stale,
        historyMs:
          stands === null || kept === null ? null : Math.abs(kept - Math.floor(samplesToMs(stands.at, SPEECH_RATE))),
      };
    },
  };
}
