/**
 * Who has the floor: the response that is being made, the one that still sounds, how either is held or cut off, and
 * whether the caller speaks. There is at most one of each. What is cut off leaves in the history only what was heard.
 */
import type { Logger } from 'pino';
import { msToSamples, samplesToMs } from '../audio/pcm.js';
import type { WholePictures } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import type { Observer } from '../observe/observer.js';
import type { Caller } from '../protocol/caller.js';
import type { PlaybackReport } from '../protocol/client-events.js';
import type { AvatarState } from '../protocol/server-events.js';
import { createBaseClock } from './base-clock.js';
import type { Begun, ReplyPlan } from './begin-reply.js';
import { createCuts } from './cuts.js';
import type { History } from './history.js';
import { createLoudspeaker, type Loudspeaker, type Sounds } from './loudspeaker.js';
import { watchPlaying } from './playing.js';
import { aheadOf, isPaced, type ResponsePlan, type RunningResponse, runResponse, type Sounding } from './response.js';
import { openScreen } from './screen.js';
import { recentlySaid } from './spoken.js';
import type { AvatarActivity } from './turn-events.js';

/** So much of a session's first reply a browser's echo canceller may need to learn its sound. */
const EARLY_SAMPLES = msToSamples(3000);

export interface Floor {
  /** True while a response is in progress: until its response.done. */
  isAnswering(): boolean;
  hasSpoken(): boolean;
  /** True while a response is being made of which the caller has neither heard nor read anything. */
  isStillThinking(): boolean;
  activity(): AvatarActivity;
  /** What sounds, and how much of it the caller has heard; null: nothing does. */
  sounds(): Sounds | null;
  /** The words that sound, or did last, and those of the seconds before them. */
  said(): string;
  /** What the caller has been given to hear. */
  readonly loudspeaker: Loudspeaker;
  /** The caller begins or ends to speak; until the next answer begins it is listened to, also while it is recognised. */
  attend(isListening: boolean): void;
  /** Holds what sounds where it is. Callers who do not say what they have played cannot be held. */
  pause(): void;
  /** Goes on from the sample at which it was held. */
  resume(): void;
  /** What it may have been held for was no turn. */
  dismissed(): void;
  /** Resolves when no response is in progress. */
  free(): Promise<void>;
  answer(plan: ResponsePlan): void;
  /** Cancels the response in progress and silences what still sounds. False if there was neither. */
  interrupt(reason: 'turn_detected' | 'client_cancelled', responseId?: string | null): boolean;
  report(report: PlaybackReport): void;
  /** The caller's own word on how much of an item it has heard. */
  truncate(itemId: string, audioEndMs: number): void;
  /** The base picture of a loop of `frames` that the caller will see when a reply that leaves in `inMs` begins to sound. */
  base(frames: number, inMs: number): number;
}

export interface FloorTools {
  readonly caller: Caller;
  readonly observer: Observer | undefined;
  readonly history: History;
  /** Null when the server has no face. */
  readonly pictures: WholePictures | null;
  /** Begins the reply of a plan, or gives one that was begun in its place. */
  readonly begin: (plan: ReplyPlan) => Begun;
  readonly log: Logger;
  readonly now: () => number;
  readonly session: AbortSignal;
  /** When the caller began to speak, on the same clock; null: it does not. */
  readonly spokenSince: () => number | null;
  /** Told of every state that the caller is shown. */
  readonly onState: (state: AvatarState) => void;
}

export function createFloor(tools: FloorTools): Floor {
  const { caller, history, now, session } = tools;
  let running: RunningResponse | null = null;
  let sounding: Sounding | null = null;
  let held: Sounding | null = null;
  let isAttending = false;
  let first: Sounding | null = null;
  let last: Sounding | null = null;
  let soundingSince = now();
  let shown: AvatarState | null = null;
  const baseClock = createBaseClock(now);
  const playing = watchPlaying(tools.observer, now);
  /** Whether the caller keeps its word to say what it has played; one whole answer without any, and it does not. */
  let reports: 'promised' | 'kept' | 'never' = caller.reportsPlayback ? 'promised' : 'never';

  /** Who spoke before there was any sound has disturbed it since its beginning. */
  const disturbedSince = () => Math.max(soundingSince, tools.spokenSince() ?? now());
  const onAir = () => sounding ?? running?.sounding ?? null;
  const screen =
    caller.pictures === 'frames' && tools.pictures !== null
      ? openScreen({ caller, pictures: tools.pictures, onAir, now })
      : null;
  let loudspeaker: Loudspeaker | null = null; // Until an ear asks for it: without one nothing of what is sent is kept.
  /** Whoever takes whole pictures is shown those of a response through its screen. */
  const viewer = screen === null ? caller : { ...caller, sendPicture: screen.show };

  const show = (state: AvatarState, responseId: string | null) => {
    if (state === shown) return;
    shown = state;
    caller.send({ type: 'avatar.state', state, response_id: responseId });
    tools.onState(state);
  };

  /** What is shown when nothing is being made: whether something still sounds. */
  const rest = () => {
    if (cuts.isOpen()) return;
    if (sounding !== null) show(held === sounding ? 'listening' : 'speaking', sounding.responseId);
    else if (running === null) show(isAttending ? 'listening' : 'idle', null);
  };

  /** Waits until all that was sent has been heard, and gives the floor back. */
  const listenToTheEnd = async (response: RunningResponse) => {
    const outcome = await response.done;
    if (running === response) running = null;
    const heard = response.sounding;
    if (reports === 'promised' && heard.sent > 0) reports = 'never';
    try {
      const end = AbortSignal.any([session, heard.silenced.signal]);
      if (outcome.status !== 'cancelled') await heard.playhead.reach(heard.sent, 0, end);
    } catch {
      if (session.aborted) return;
    }
    if (sounding === heard) sounding = null;
    rest();
  };

  /** Called with the first sound of a response. What still sounds of the one before is heard to its end first. */
  const takeTheFloor = async (next: Sounding, signal: AbortSignal) => {
    const before = sounding;
    if (before !== null && isPaced(caller)) {
      await before.playhead.reach(before.sent, 0, AbortSignal.any([signal, before.silenced.signal])).catch(() => {});
      signal.throwIfAborted();
    }
    first ??= next;
    sounding = next;
    last = next;
    soundingSince = now();
    show('speaking', next.responseId);
  };

  const cuts = createCuts({ caller, history, session, onSettled: rest });

  const interrupt: Floor['interrupt'] = (reason, responseId) => {
    const speaks = (id: string) => responseId === undefined || responseId === null || responseId === id;
    const cancels = running !== null && speaks(running.sounding.responseId) ? running : null;
    const silenced = sounding !== null && speaks(sounding.responseId) ? sounding : null;
    if (cancels === null && silenced === null) return false;
    cancels?.cancel(reason);
    if (silenced !== null) {
      sounding = null;
      if (reason === 'turn_detected') playing.cut(silenced.number, disturbedSince());
      cuts.begin(silenced, reason);
      show('interrupted', silenced.responseId);
    }
    if (cancels !== null && cancels.sounding !== silenced && cancels.sounding.sent === 0) {
      // Nothing of it was heard: its item, if there is one, says nothing.
      const unheard = cancels.sounding;
      void cancels.done.then(() => {
        if (unheard.aloud) cuts.tell(unheard, 0);
      });
    }
    return true;
  };

  return {
    isAnswering: () => running !== null,
    hasSpoken: () => first !== null,
    isStillThinking: () =>
      sounding === null &&
      running !== null &&
      (running.sounding.aloud ? running.sounding.sent === 0 : running.sounding.itemId === null),
    activity() {
      if (sounding === null) return running === null ? 'silent' : 'thinking';
      return sounding === first && sounding.playhead.heard() < EARLY_SAMPLES ? 'speaking_early' : 'speaking';
    },
    sounds: () =>
      sounding && { response: sounding.number, heard: sounding.playhead.heard(), moves: sounding.playhead.moves() },
    said: () => (last === null ? '' : recentlySaid(last.spoken, last.playhead.heard())),
    get loudspeaker() {
      loudspeaker ??= createLoudspeaker(aheadOf(caller));
      return loudspeaker;
    },
    attend(isListening) {
      isAttending = isListening;
      rest();
    },
    pause() {
      if (sounding === null || !caller.reportsPlayback) return;
      held = sounding;
      playing.hold(held.number, disturbedSince());
      caller.send({ type: 'avatar.pause', response: held.number, response_id: held.responseId });
      rest();
    },
    resume() {
      const resumed = held;
      held = null;
      if (resumed === null || resumed !== sounding) return;
      // Where it stands only the player knows until it has said so, and it never goes on behind that.
      const position = resumed.playhead.heldAt() ?? resumed.sent;
      resumed.playhead.letGo();
      playing.resume();
      caller.send({ type: 'avatar.resume', response: resumed.number, response_id: resumed.responseId, position });
      rest();
    },
    dismissed: playing.dismissed,
    async free() {
      while (running !== null) await running.done;
    },
    answer(plan) {
      if (running !== null) throw new ParleyError('conversation_already_has_active_response');
      isAttending = false;
      const begun = tools.begin(plan.reply);
      show('thinking', begun.plan.id);
      const audience = loudspeaker?.overhear(viewer) ?? viewer;
      running = runResponse(plan, begun, { ...tools, caller: audience, reports: reports !== 'never', takeTheFloor });
      void listenToTheEnd(running);
    },
    interrupt,
    report(report) {
      reports = 'kept';
      baseClock.report(report);
      const isAnswering = sounding?.number === report.response && 'model_answered' in sounding.timeline.marks();
      playing.report(report, isAnswering);
      if (cuts.report(report) || sounding?.number !== report.response) return;
      if (report.state === 'playing') sounding.timeline.mark('first_played');
      if (typeof report.shown === 'number') sounding.timeline.mark('first_shown');
      sounding.playhead.report(report);
    },
    truncate(itemId, audioEndMs) {
      const samples = msToSamples(audioEndMs);
      const length = history.length(itemId);
      if (samples > length) {
        const detail = `The item has ${Math.floor(samplesToMs(length))} ms of audio.`;
        throw new ParleyError('truncate_beyond_end', detail, { param: 'audio_end_ms' });
      }
      // Whoever cuts an answer that is still being made has no use for the rest of it.
      if (sounding?.itemId === itemId && running?.sounding === sounding) {
        interrupt('client_cancelled', sounding.responseId);
      }
      if (cuts.settle(itemId, samples)) return;
      history.cut(itemId, samples);
      caller.send({ type: 'conversation.item.truncated', item_id: itemId, content_index: 0, audio_end_ms: audioEndMs });
      if (sounding?.itemId !== itemId) return;
      // Whoever says so has stopped its sound; from here on the clock has nothing to add to its word.
      sounding.silenced.abort();
      sounding = null;
      rest();
    },
    base: (frames, inMs) => screen?.base() ?? baseClock.due(frames, inMs),
  };
}
