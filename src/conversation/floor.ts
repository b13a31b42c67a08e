/**
 * Who has the floor: the response that is being made, the one that still sounds, how either is held or cut off, and
 * whether the caller speaks. There is at most one of each. What is cut off leaves in the history only what was heard.
 */
import type { Logger } from 'pino';
import { FRAME_MS, msToSamples, samplesToMs } from '../audio/pcm.js';
import { ParleyError } from '../errors.js';
import { delay } from '../flow.js';
import type { Caller } from '../protocol/caller.js';
import type { PlaybackReport } from '../protocol/client-events.js';
import type { AvatarState } from '../protocol/server-events.js';
import type { History } from './history.js';
import type { ReplyEngines } from './reply.js';
import { type ResponsePlan, type RunningResponse, runResponse, type Sounding } from './response.js';
import type { AvatarActivity } from './turn-taking.js';

/** A client that was told to stop says within this what it had played; after it the server's own reckoning stands. */
const LAST_REPORT_MS = 500;
/** A reply's first sound comes out of the caller's buffer about two frames after it was sent. */
const START_FRAMES = 2;
/** So much of a session's first reply a browser's echo canceller may need to learn its sound. */
const EARLY_SAMPLES = msToSamples(3000);

export interface Floor {
  /** True while a response is in progress: until its response.done. */
  isAnswering(): boolean;
  hasSpoken(): boolean;
  activity(): AvatarActivity;
  /** The caller begins or ends to speak; until the next answer begins it is listened to, also while it is recognised. */
  attend(isListening: boolean): void;
  /** Holds what sounds where it is. Callers who do not say what they have played cannot be held. */
  pause(): void;
  /** Goes on from the sample at which it was held. */
  resume(): void;
  /** Resolves when no response is in progress. */
  free(): Promise<void>;
  answer(plan: ResponsePlan): void;
  /** Cancels the response in progress and silences what still sounds. False if there was neither. */
  interrupt(reason: 'turn_detected' | 'client_cancelled', responseId?: string | null): boolean;
  report(report: PlaybackReport): void;
  /** The caller's own word on how much of an item it has heard. */
  truncate(itemId: string, audioEndMs: number): void;
  /** The base picture of an idle loop of `frames` that the caller will see when a reply made now begins to sound. */
  base(frames: number): number;
}

export interface FloorTools {
  readonly caller: Caller;
  readonly engines: ReplyEngines;
  readonly history: History;
  readonly log: Logger;
  readonly now: () => number;
  readonly session: AbortSignal;
}

/** An answer that was cut off, until its caller has said what it heard of it. */
interface OpenCut {
  readonly sounding: Sounding;
  readonly settled: AbortController;
}

export function createFloor(tools: FloorTools): Floor {
  const { caller, history, now, session } = tools;
  let running: RunningResponse | null = null;
  let sounding: Sounding | null = null;
  let openCut: OpenCut | null = null;
  let held: Sounding | null = null;
  let isAttending = false;
  let first: Sounding | null = null;
  let shown: AvatarState | null = null;
  let face = { base: 0, at: now(), moves: true };

  const show = (state: AvatarState, responseId: string | null) => {
    if (state === shown) return;
    shown = state;
    caller.send({ type: 'avatar.state', state, response_id: responseId });
  };

  /** What is shown when nothing is being made: whether something still sounds. */
  const rest = () => {
    if (openCut !== null) return;
    if (sounding !== null) show(held === sounding ? 'listening' : 'speaking', sounding.responseId);
    else if (running === null) show(isAttending ? 'listening' : 'idle', null);
  };

  /** Waits until all that was sent has been heard, and gives the floor back. */
  const listenToTheEnd = async (response: RunningResponse) => {
    const outcome = await response.done;
    if (running === response) running = null;
    const heard = response.sounding;
    try {
      if (outcome.status !== 'cancelled') await heard.playhead.reach(heard.sent, 0, session);
    } catch {
      return; // The caller has gone.
    }
    if (sounding === heard) sounding = null;
    rest();
  };

  /** Called with the first sound of a response. What still sounds of the one before is heard to its end first. */
  const takeTheFloor = async (next: Sounding, signal: AbortSignal) => {
    const before = sounding;
    if (before !== null && caller.reportsPlayback) {
      await before.playhead.reach(before.sent, 0, AbortSignal.any([signal, before.silenced.signal])).catch(() => {});
      signal.throwIfAborted();
    }
    first ??= next;
    sounding = next;
    show('speaking', next.responseId);
  };

  const tellCut = (item_id: string, samples: number) => {
    if (!history.has(item_id)) return;
    const end = Math.min(samples, history.length(item_id));
    history.cut(item_id, end);
    const audio_end_ms = Math.floor(samplesToMs(end));
    caller.send({ type: 'conversation.item.truncated', item_id, content_index: 0, audio_end_ms });
  };

  const settleCut = (cut: OpenCut, samples: number) => {
    if (openCut !== cut) return;
    openCut = null;
    cut.settled.abort();
    const id = cut.sounding.itemId;
    if (id !== null) tellCut(id, samples);
    rest();
  };

  const cutOff = (cut: Sounding, reason: 'turn_detected' | 'client_cancelled') => {
    const heard = cut.playhead.heard();
    cut.silenced.abort();
    cut.timeline.mark('interrupted');
    caller.send({ type: 'avatar.flush', response: cut.number, response_id: cut.responseId, reason });
    show('interrupted', cut.responseId);
    if (openCut !== null) settleCut(openCut, openCut.sounding.playhead.heard());
    // Until the caller's last report is in, the history holds our own reckoning: the next answer may start before it.
    if (cut.itemId !== null && history.has(cut.itemId)) history.cut(cut.itemId, heard);
    const open: OpenCut = { sounding: cut, settled: new AbortController() };
    openCut = open;
    delay(LAST_REPORT_MS, AbortSignal.any([session, open.settled.signal])).then(
      () => settleCut(open, heard),
      () => {},
    );
  };

  return {
    isAnswering: () => running !== null,
    hasSpoken: () => first !== null,
    activity() {
      if (sounding === null) return running === null ? 'silent' : 'thinking';
      return sounding === first && sounding.playhead.heard() < EARLY_SAMPLES ? 'speaking_early' : 'speaking';
    },
    attend(isListening) {
      isAttending = isListening;
      rest();
    },
    pause() {
      if (sounding === null || !caller.reportsPlayback) return;
      held = sounding;
      caller.send({ type: 'avatar.pause', response: held.number, response_id: held.responseId });
      rest();
    },
    resume() {
      const resumed = held;
      held = null;
      if (resumed === null || resumed !== sounding) return;
      const position = resumed.playhead.heard();
      caller.send({ type: 'avatar.resume', response: resumed.number, response_id: resumed.responseId, position });
      rest();
    },
    async free() {
      while (running !== null) await running.done;
    },
    answer(plan) {
      if (running !== null) throw new ParleyError('conversation_already_has_active_response');
      isAttending = false;
      show('thinking', plan.frame.id);
      running = runResponse(plan, { ...tools, takeTheFloor }, session);
      void listenToTheEnd(running);
    },
    interrupt(reason, responseId) {
      const speaks = (id: string) => responseId === undefined || responseId === null || responseId === id;
      const cancels = running !== null && speaks(running.sounding.responseId) ? running : null;
      const silenced = sounding !== null && speaks(sounding.responseId) ? sounding : null;
      if (cancels === null && silenced === null) return false;
      cancels?.cancel(reason);
      if (silenced !== null) {
        sounding = null;
        cutOff(silenced, reason);
      }
      if (cancels !== null && cancels.sounding !== silenced) {
        // Nothing of it was heard: its item, if there is one, says nothing.
        const unheard = cancels.sounding;
        void cancels.done.then(() => {
          if (unheard.aloud && unheard.itemId !== null) tellCut(unheard.itemId, 0);
        });
      }
      return true;
    },
    report(report) {
      face = { base: report.base, at: now(), moves: report.state !== 'paused' && report.state !== 'buffering' };
      if (openCut !== null && openCut.sounding.number === report.response) {
        openCut.sounding.playhead.report(report);
        if (report.state !== 'playing') settleCut(openCut, report.played);
      } else if (sounding !== null && sounding.number === report.response) {
        if (report.state === 'playing') sounding.timeline.mark('first_played');
        sounding.playhead.report(report);
      }
    },
    truncate(itemId, audioEndMs) {
      const samples = msToSamples(audioEndMs);
      const length = history.length(itemId);
      if (samples > length) {
        const detail = `The item has ${Math.floor(samplesToMs(length))} ms of audio.`;
        throw new ParleyError('truncate_beyond_end', detail, { param: 'audio_end_ms' });
      }
      if (openCut?.sounding.itemId === itemId) return settleCut(openCut, samples);
      history.cut(itemId, samples);
      caller.send({ type: 'conversation.item.truncated', item_id: itemId, content_index: 0, audio_end_ms: audioEndMs });
    },
    base(frames) {
      const passed = face.moves ? Math.round((now() - face.at) / FRAME_MS) : 0;
      return (face.base + passed + START_FRAMES) % frames;
    },
  };
}
