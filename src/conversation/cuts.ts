/**
 * Answers that were cut off. What the conversation keeps of one is what its caller says it heard; until that is said,
 * and if it never is, our own reckoning stands in.
 */
import { samplesToMs } from '../audio/pcm.js';
import { delay } from '../flow.js';
import type { Caller } from '../protocol/caller.js';
import type { PlaybackReport } from '../protocol/client-events.js';
import type { History } from './history.js';
import type { Sounding } from './response.js';

/** A client that was told to stop says within this what it had played; after it the server's own reckoning stands. */
const LAST_REPORT_MS = 500;

export interface Cuts {
  /** True until the caller has said what it heard of the last one, or its time for that is over. */
  isOpen(): boolean;
  /** Silences what sounds, and tells so. */
  begin(cut: Sounding, reason: 'turn_detected' | 'client_cancelled'): void;
  /** The caller's word by a report; false if it is about something else. */
  report(report: PlaybackReport): boolean;
  /** The caller's word on an item; false if that is not the one that is open. */
  settle(itemId: string, samples: number): boolean;
  /** Keeps only so much of an answer, and tells so. */
  tell(answer: Pick<Sounding, 'itemId' | 'spoken'>, samples: number): void;
}

export interface CutTools {
  readonly caller: Caller;
  readonly history: History;
  readonly session: AbortSignal;
  readonly onSettled: () => void;
}

interface OpenCut {
  readonly sounding: Sounding;
  readonly settled: AbortController;
}

export function createCuts({ caller, history, session, onSettled }: CutTools): Cuts {
  let open: OpenCut | null = null;

  const tell: Cuts['tell'] = ({ itemId: item_id, spoken }, samples) => {
    if (item_id === null || !history.isSpoken(item_id, spoken)) return;
    const end = Math.min(samples, history.length(item_id));
    history.cut(item_id, end);
    const audio_end_ms = Math.floor(samplesToMs(end));
    caller.send({ type: 'conversation.item.truncated', item_id, content_index: 0, audio_end_ms });
  };
  const settle = (cut: OpenCut, samples: number) => {
    if (open !== cut) return;
    open = null;
    cut.settled.abort();
    tell(cut.sounding, samples);
    onSettled();
  };

  return {
    isOpen: () => open !== null,
    begin(cut, reason) {
      const heard = cut.playhead.heard();
      cut.silenced.abort();
      cut.timeline.mark('interrupted');
      caller.send({ type: 'avatar.flush', response: cut.number, response_id: cut.responseId, reason });
      const before = open;
      const next: OpenCut = { sounding: cut, settled: new AbortController() };
      open = next;
      before?.settled.abort();
      if (before !== null) tell(before.sounding, before.sounding.playhead.heard());
      // Until the caller's last report is in, the history holds our own reckoning: the next answer may start before it.
      if (cut.itemId !== null && history.isSpoken(cut.itemId, cut.spoken)) history.cut(cut.itemId, heard);
      delay(LAST_REPORT_MS, AbortSignal.any([session, next.settled.signal])).then(
        () => settle(next, heard),
        () => {},
      );
    },
    report(report) {
      if (open?.sounding.number !== report.response) return false;
      open.sounding.playhead.report(report);
      if (report.state !== 'playing') settle(open, report.played);
      return true;
    },
    settle(itemId, samples) {
      if (open?.sounding.itemId !== itemId) return false;
      settle(open, samples);
      return true;
    },
    tell,
  };
}
