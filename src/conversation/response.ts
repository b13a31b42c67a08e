/**
 * One response on its way to the caller: sends a reply's text at once and its frames as they fall due, and always ends
 * with response.done. What the caller hears of it is kept in a Sounding, which outlives the response by the audio that is
 * still under way.
 */
import type { Logger } from 'pino';
import { FRAME_SAMPLES, msToSamples } from '../audio/pcm.js';
import { asParleyError, errorBody, ParleyError } from '../errors.js';
import type { Timeline } from '../observe/timeline.js';
import type { AudioWay, Caller } from '../protocol/caller.js';
import type { Begun, ReplyPlan } from './begin-reply.js';
import type { Measured } from './measuring.js';
import { createPlayhead, type Playhead } from './playhead.js';
import type { ReplyEvent } from './reply.js';
import {
  type ItemSink,
  type Outcome,
  type ResponseEvents,
  type ResponseFrame,
  responseEvents,
} from './response-events.js';
import type { Spoken } from './spoken.js';

/** A paced caller is at most this far behind what was sent: so much is lost when it interrupts. */
const AHEAD_MS = 400;
/** A stock client buffers by itself and expects audio as fast as it is made. */
const STOCK_AHEAD_MS = 30_000;

/** Whole pictures are kept to the time in which they are seen, too: 30 s of them would be 17 MB at once. */
export const isPaced = ({ reportsPlayback, pictures }: Caller): boolean => reportsPlayback || pictures === 'frames';

/** How much of a response may have been sent and not yet be heard. */
export const aheadOf = (caller: Caller): number => msToSamples(isPaced(caller) ? AHEAD_MS : STOCK_AHEAD_MS);

export interface ResponsePlan {
  /** Counts the session's responses; it stands on every media frame. */
  readonly number: number;
  readonly frame: Omit<ResponseFrame, 'id'>;
  /** Where its items go; null: nowhere. */
  readonly sink: ((spoken: Spoken) => ItemSink) | null;
  readonly reply: ReplyPlan;
}

export interface ResponseTools {
  readonly caller: Caller;
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

/** `begun`: the reply that the caller is to hear. It is that of the plan, or one that was begun in its place. */
export function runResponse(
  { number, frame, sink }: ResponsePlan,
  begun: Begun,
  tools: ResponseTools,
): RunningResponse {
  const { caller, log, now } = tools;
  const { plan: reply, timeline, signal, making } = begun;
  timeline.mark('answered');
  const events = responseEvents({ ...frame, id: reply.id }, caller.send, sink?.(reply.spoken) ?? null);
  const sounding: Sounding = {
    number,
    responseId: reply.id,
    aloud: reply.aloud,
    spoken: reply.spoken,
    playhead: createPlayhead(tools.reports, now),
    timeline,
    silenced: new AbortController(),
    sent: 0,
    itemId: null,
  };
  const audio = caller.openAudio(number, frame.format);
  const outlet: Outlet = { reply, tools, events, audio, sounding, signal, making };
  begun.release((index) => frameDue(outlet, index));
  events.created();
  const done = deliver(outlet, begun.events).then((outcome) => {
    finish(outlet, outcome, log.child({ response: reply.id }));
    return outcome;
  });
  return {
    sounding,
    cancel: (reason) => begun.stop(new ParleyError(reason === 'turn_detected' ? 'barge_in' : 'turn_cancelled')),
    done,
  };
}

interface Outlet {
  readonly reply: ReplyPlan;
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
      for (const picture of event.pictures) tools.caller.sendPicture(sounding.number, picture);
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
  await sounding.playhead.reach((index + 1) * FRAME_SAMPLES, aheadOf(caller), signal);
}

function deliverFrame(outlet: Outlet, frame: Extract<ReplyEvent, { kind: 'frame' }>): void {
  const { caller } = outlet.tools;
  const { sounding, events, signal, reply } = outlet;
  const { number, responseId } = sounding;
  signal.throwIfAborted();
  const position = frame.index * FRAME_SAMPLES;
  if (frame.pictures.length > 0) sounding.timeline.mark('first_picture');
  if (frame.index === 0) {
    const base = frame.pictures[0]?.base ?? reply.face?.base(0) ?? 0;
    caller.send({ type: 'avatar.response', response: number, response_id: responseId, base });
  }
  const address = events.address();
  if (frame.words.length > 0) {
    const { response_id, item_id } = address;
    caller.send({ type: 'avatar.words', response: number, response_id, item_id, words: frame.words });
  }
  outlet.audio.send(address, position, frame.samples);
  for (const picture of frame.pictures) caller.sendPicture(number, picture);
  sounding.timeline.mark('first_sent');
  sounding.sent = position + FRAME_SAMPLES;
  reply.spoken.sent = sounding.sent;
  sounding.playhead.sent(sounding.sent);
}

function finish(outlet: Outlet, outcome: Outcome, log: Logger): void {
  const { reply, tools, events, audio, sounding, making } = outlet;
  const { caller } = tools;
  const { timeline, number, responseId } = sounding;
  timeline.mark('all_sent');
  const place = { response: number, response_id: responseId };
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
  caller.send({ type: 'avatar.timings', response_id: responseId, marks: timeline.marks() });
  making.close(outcome, reply.said, sounding.sent, log);
  log.debug({ text: reply.spoken.text }, 'said');
}
