/**
 * One response on its way to the caller: sends a reply's text at once and its frames as they fall due, and always ends
 * with response.done. What the caller hears of it is kept in a Sounding, which outlives the response by the audio that is
 * still under way.
 */
import type { Logger } from 'pino';
import { FRAME_SAMPLES, msToSamples } from '../audio/pcm.js';
import type { Avatar, LlmRequest, SessionScope, SpeechOptions } from '../engines/contract.js';
import { asParleyError, errorBody, ParleyError } from '../errors.js';
import { startTimeline, type Timeline } from '../observe/timeline.js';
import type { AudioWay, Caller } from '../protocol/caller.js';
import { type Measured, measured } from './measuring.js';
import { createPlayhead, type Playhead } from './playhead.js';
import { type ReplyEngines, type ReplyEvent, reply } from './reply.js';
import {
  type ItemSink,
  type Outcome,
  type ResponseEvents,
  type ResponseFrame,
  responseEvents,
} from './response-events.js';
import { saying } from './saying.js';
import type { Spoken } from './spoken.js';
import type { StandbyLines } from './thinking.js';

/** A paced caller is at most this far behind what was sent: so much is lost when it interrupts. */
const AHEAD_MS = 400;
/** A stock client buffers by itself and expects audio as fast as it is made. */
const STOCK_AHEAD_MS = 30_000;

/** Whole pictures are kept to the time in which they are seen, too: 30 s of them would be 17 MB at once. */
export const isPaced = ({ reportsPlayback, pictures }: Caller): boolean => reportsPlayback || pictures === 'frames';

export interface ResponsePlan {
  /** Counts the session's responses; it stands on every media frame. */
  readonly number: number;
  readonly frame: ResponseFrame;
  /** When the last sound came of what it answers; null if that was typed. */
  readonly spokenAt: number | null;
  /** What the recogniser took for that; null: there was nothing to recognise. */
  readonly transcriptionMs: number | null;
  /** A promise while what the caller said is still being recognised. */
  readonly llm: LlmRequest | Promise<LlmRequest>;
  /** How it is spoken, if it is. */
  readonly speech: SpeechOptions;
  readonly face: { readonly avatar: Avatar; readonly base: () => number } | null;
  /** The answer, if it is known and no model has to be asked. */
  readonly says: string | null;
  /** What is said where the model is late, or cannot answer. */
  readonly standby: StandbyLines;
  readonly sink: ItemSink | null;
  /** Filled while the reply is made; whoever cuts the history reads it. */
  readonly spoken: Spoken;
}

export interface ResponseTools {
  readonly caller: Caller;
  readonly engines: ReplyEngines;
  /** Whose turn it is, for engines that keep something for a caller. */
  readonly scope: SessionScope;
  readonly log: Logger;
  readonly now: () => number;
  /** Whether the caller says what it has played; otherwise the clock does. */
  readonly reports: boolean;
  /** Waited for before the first audio leaves. */
  readonly takeTheFloor: (sounding: Sounding, signal: AbortSignal) => Promise<void>;
}

/** What the caller hears of one response. */
export interface Sounding {
  readonly number: number;
  readonly responseId: string;
  /** False: the answer is text, and nothing of it sounds. */
  readonly aloud: boolean;
  readonly spoken: Spoken;
  readonly playhead: Playhead;
  readonly timeline: Timeline;
  /** Aborted when it is cut off while it sounds. */
  readonly silenced: AbortController;
  /** Samples sent so far. */
  sent: number;
  itemId: string | null;
}

export interface RunningResponse {
  readonly sounding: Sounding;
  /** Ends it at once: nothing of it is sent any more but the events that close it. */
  cancel(reason: 'turn_detected' | 'client_cancelled'): void;
  /** Resolves when response.done has been sent; never rejects. */
  readonly done: Promise<Outcome>;
}

export function runResponse(plan: ResponsePlan, tools: ResponseTools, session: AbortSignal): RunningResponse {
  const { caller, log, now } = tools;
  const turn = new AbortController();
  const signal = AbortSignal.any([session, turn.signal]);
  const turnLog = log.child({ response: plan.frame.id });
  const timeline = startTimeline(now, plan.spokenAt ?? now());
  timeline.mark('answered');
  const events = responseEvents(plan.frame, caller.send, plan.sink);
  const sounding: Sounding = {
    number: plan.number,
    responseId: plan.frame.id,
    aloud: plan.frame.modalities[0] === 'audio',
    spoken: plan.spoken,
    playhead: createPlayhead(tools.reports, now),
    timeline,
    silenced: new AbortController(),
    sent: 0,
    itemId: null,
  };
  const audio = caller.openAudio(plan.number, plan.frame.format);
  const engines = plan.says === null ? tools.engines : { ...tools.engines, llm: saying(plan.says) };
  const making = measured(engines, plan.frame.id, timeline);
  const outlet: Outlet = { plan, tools, events, audio, sounding, signal, making };
  const replyEvents = reply(
    making.engines,
    {
      llm: plan.llm,
      speech: sounding.aloud ? plan.speech : null,
      face: plan.face,
      // An answer in writing is read by programs, too: they would take an apology for the answer.
      standby: sounding.aloud ? plan.standby : null,
      due: (index) => frameDue(outlet, index),
    },
    { signal, log: turnLog, turn: plan.frame.id, session: tools.scope },
    plan.spoken,
  );
  events.created();
  const done = deliver(outlet, replyEvents).then((outcome) => {
    finish(outlet, outcome, turnLog);
    return outcome;
  });
  return {
    sounding,
    cancel: (reason) => turn.abort(new ParleyError(reason === 'turn_detected' ? 'barge_in' : 'turn_cancelled')),
    done,
  };
}

interface Outlet {
  readonly plan: ResponsePlan;
  readonly tools: ResponseTools;
  readonly events: ResponseEvents;
  readonly audio: AudioWay;
  readonly sounding: Sounding;
  readonly signal: AbortSignal;
  readonly making: Measured;
}

async function deliver(outlet: Outlet, replyEvents: AsyncIterable<ReplyEvent>): Promise<Outcome> {
  let cut: Outcome | null = null;
  try {
    for await (const event of replyEvents) {
      if (event.kind === 'cut') cut = { status: 'incomplete', reason: event.reason };
      else deliverOne(outlet, event);
    }
    return cut ?? { status: 'completed' };
  } catch (thrown) {
    if (outlet.signal.aborted) return cancelled(outlet.signal.reason);
    return { status: 'failed', error: asParleyError(thrown, 'engine_failed') };
  }
}

function cancelled(reason: unknown): Outcome {
  const spoke = reason instanceof ParleyError && reason.code === 'barge_in';
  return { status: 'cancelled', reason: spoke ? 'turn_detected' : 'client_cancelled' };
}

function deliverOne(outlet: Outlet, event: Exclude<ReplyEvent, { kind: 'cut' }>): void {
  const { events, sounding, tools } = outlet;
  switch (event.kind) {
    case 'text':
      sounding.timeline.mark('first_token');
      events.text(event.text);
      sounding.itemId = events.messageId();
      return;
    case 'tool_call':
      events.toolCall(event);
      return;
    case 'usage':
      events.usage(event);
      return;
    case 'degraded':
      tools.log.warn({ err: event.error, lost: event.lost }, 'the reply goes on without its voice or face');
      tools.caller.send({
        type: 'error',
        error: errorBody(new ParleyError(event.lost === 'voice' ? 'tts_failed' : 'face_failed'), null),
      });
      return;
    case 'frame':
      deliverFrame(outlet, event);
      return;
    case 'late':
      outlet.signal.throwIfAborted();
      sounding.timeline.mark('first_picture');
      for (const picture of event.pictures) tools.caller.sendPicture(outlet.plan.number, picture);
      return;
  }
}

/** Frames leave as the caller hears: at most so far ahead, and not over an answer that still sounds. */
async function frameDue({ tools, sounding, signal }: Outlet, index: number): Promise<void> {
  const { caller, takeTheFloor } = tools;
  if (index === 0) {
    sounding.timeline.mark('first_audio');
    await takeTheFloor(sounding, signal);
  }
  const ahead = msToSamples(isPaced(caller) ? AHEAD_MS : STOCK_AHEAD_MS);
  await sounding.playhead.reach((index + 1) * FRAME_SAMPLES, ahead, signal);
}

function deliverFrame(outlet: Outlet, frame: Extract<ReplyEvent, { kind: 'frame' }>): void {
  const { caller } = outlet.tools;
  const { sounding, events, signal, plan } = outlet;
  signal.throwIfAborted();
  const position = frame.index * FRAME_SAMPLES;
  if (frame.pictures.length > 0) sounding.timeline.mark('first_picture');
  if (frame.index === 0) {
    const base = frame.pictures[0]?.base ?? plan.face?.base() ?? 0;
    caller.send({ type: 'avatar.response', response: plan.number, response_id: plan.frame.id, base });
  }
  const address = events.address();
  if (frame.words.length > 0) {
    const { response_id, item_id } = address;
    caller.send({ type: 'avatar.words', response: plan.number, response_id, item_id, words: frame.words });
  }
  outlet.audio.send(address, position, frame.samples);
  for (const picture of frame.pictures) caller.sendPicture(plan.number, picture);
  sounding.timeline.mark('first_sent');
  sounding.sent = position + FRAME_SAMPLES;
  plan.spoken.sent = sounding.sent;
  sounding.playhead.sent(sounding.sent);
}

function finish(outlet: Outlet, outcome: Outcome, log: Logger): void {
  const { plan, tools, events, audio, sounding, making } = outlet;
  const { caller } = tools;
  const { timeline } = sounding;
  timeline.mark('all_sent');
  const place = { response: plan.number, response_id: plan.frame.id };
  if (sounding.sent > 0 && outcome.status !== 'cancelled') {
    audio.end(events.address());
    caller.send({ type: 'avatar.end', ...place, position: sounding.sent });
  }
  if (outcome.status === 'failed') {
    log.error({ err: outcome.error }, 'response failed');
    caller.send({ type: 'error', error: errorBody(outcome.error, null) });
  }
  events.done(outcome);
  timeline.mark('done');
  caller.send({ type: 'avatar.timings', response_id: plan.frame.id, marks: timeline.marks() });
  making.close(outcome, plan, sounding.sent, log);
  log.debug({ text: plan.spoken.text }, 'said');
}
