/**
 * One answer over the multi-context socket: phrases go in, speech comes out, in one context if all goes well. It is a
 * loop over everything that happens (a phrase is there, audio has come, the socket is lost), one thing at a time.
 */
import { type Code, ParleyError } from '../../errors.js';
import { orLate, Queue } from '../../flow.js';
import { Credit } from '../../workers/outflow.js';
import type { EngineContext, Phrase, Speech, SpeechOptions } from '../contract.js';
import type { ElevenLabsFormat } from './elevenlabs-audio.js';
import type { ContextEvent } from './elevenlabs-contexts.js';
import { silence, unreadable } from './elevenlabs-failure.js';
import { eachPhrase, READ_AHEAD, type Sounding } from './elevenlabs-input.js';
import { type Line, openLine } from './elevenlabs-line.js';
import { type SpeechTrack, speechTrack } from './elevenlabs-track.js';
import type { WarmSockets } from './elevenlabs-warm.js';

type Happening =
  | { readonly kind: 'phrase'; readonly sounding: Sounding }
  | { readonly kind: 'input over' }
  | { readonly kind: 'input failed'; readonly reason: unknown }
  | { readonly kind: 'vendor'; readonly line: Line; readonly event: ContextEvent };

export interface TalkSettings {
  readonly sockets: WarmSockets;
  readonly format: ElevenLabsFormat;
  readonly timeoutMs: number;
}

interface Talk extends TalkSettings {
  readonly options: SpeechOptions;
  readonly context: EngineContext;
  readonly room: Credit;
  readonly happenings: Queue<Happening>;
  /** Taken from the source, and not sent yet. */
  readonly waiting: Sounding[];
  isInputOver: boolean;
  hasSentAgain: boolean;
  line: Line | null;
  /** Made beforehand: an MP3 decoder takes 16 ms, which the model's first words take anyway. */
  track: Promise<SpeechTrack> | null;
}

export async function* talk(
  settings: TalkSettings,
  phrases: AsyncIterable<Phrase>,
  options: SpeechOptions,
  context: EngineContext,
): AsyncGenerator<Speech, void, undefined> {
  const { signal } = context;
  signal.throwIfAborted();
  const left = new AbortController();
  // What lies in it is bounded by the phrases that are sent, and by what a line lets through for them.
  const happenings = new Queue<Happening>(Number.POSITIVE_INFINITY);
  const onAbort = () => happenings.fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const room = new Credit();
  room.grant(READ_AHEAD);
  const state = { isInputOver: false, hasSentAgain: false, line: null, track: speechTrack(settings.format) };
  const the: Talk = { ...settings, options, context, room, happenings, waiting: [], ...state };
  eachPhrase(phrases, room, AbortSignal.any([signal, left.signal]), (sounding) => {
    happenings.offer({ kind: 'phrase', sounding });
  }).then(
    () => happenings.offer({ kind: 'input over' }),
    (reason) => happenings.offer({ kind: 'input failed', reason }),
  );
  // If it cannot be made, the first phrase hears of it; an answer without phrases does not mind.
  the.track?.catch(() => {});
  if (context.session !== undefined) the.sockets.prepare(options.voice, context.session);
  let isBroken: 'broken' | undefined;
  try {
    yield* everything(the);
  } catch (thrown) {
    if (thrown instanceof ParleyError && distrusted.has(thrown.code)) isBroken = 'broken';
    throw thrown;
  } finally {
    left.abort(new ParleyError('turn_cancelled'));
    signal.removeEventListener('abort', onAbort);
    happenings.close();
    the.line?.hangUp(isBroken);
    the.track?.then(
      (unused) => unused.free(),
      () => {},
    );
  }
}

/** After these a socket is not spoken over again, even if there is nothing wrong with it that can be seen. */
const distrusted: ReadonlySet<Code> = new Set(['vendor_broken', 'deadline']);

async function* everything(the: Talk): AsyncGenerator<Speech, void, undefined> {
  const { happenings, context } = the;
  const events = happenings[Symbol.asyncIterator]();
  let coming: Promise<IteratorResult<Happening, void>> | null = null;
  for (;;) {
    await sendNext(the);
    if (the.isInputOver && the.waiting.length === 0 && the.line === null) return;
    coming ??= events.next();
    const next = await nextOf(the, coming);
    if (next === 'late') throw silence(the.timeoutMs);
    coming = null;
    if (next.done === true) return;
    for (const speech of happened(the, next.value)) {
      yield speech;
      context.signal.throwIfAborted();
    }
  }
}

/** Not owed, it may come as late as it likes. */
async function nextOf<T>({ line, timeoutMs }: Talk, coming: Promise<T>): Promise<T | 'late'> {
  if (line?.isOwed() !== true) return await coming;
  line.wait();
  return await orLate(coming, timeoutMs);
}

/** What has happened, and the speech that it brings. */
function* happened(the: Talk, what: Happening): Generator<Speech, void, undefined> {
  switch (what.kind) {
    case 'phrase':
      the.waiting.push(what.sounding);
      return;
    case 'input over':
      the.isInputOver = true;
      return;
    case 'input failed':
      throw what.reason;
    case 'vendor':
      what.line.taken();
      if (what.line === the.line) yield* told(the, what.line, what.event);
  }
}

function* told(the: Talk, line: Line, event: ContextEvent): Generator<Speech, void, undefined> {
  const { track } = line;
  const before = track.unbegun().length;
  switch (event.kind) {
    case 'audio':
      yield* track.push(event.bytes, event.chars);
      // A phrase that begins to be heard makes room for another.
      if (track.unbegun().length < before) the.room.grant(before - track.unbegun().length);
      return;
    case 'final':
      yield* track.finish();
      if (track.unbegun().length > 0 || !track.hasSound()) throw unreadable('the end of a text before its audio');
      hangUp(the);
      return;
    case 'lost':
      yield* track.finish();
      afterLoss(the, line, event.error);
  }
}

/**
 * Text of which nothing has sounded is said again over a new socket, once. Of a phrase that was cut in the middle nobody
 * knows how to go on from there but the caller of this engine, who knows which words have been heard.
 */
function afterLoss(the: Talk, line: Line, error: ParleyError): void {
  const { track } = line;
  const unsaid = track.unbegun();
  hangUp(the);
  const isCut = track.hasBegun() && !track.isWhole();
  if (isCut) throw error;
  if (unsaid.length === 0 && (line.isClosing() || error.code === 'connection_cut')) return;
  if (the.hasSentAgain || error.code !== 'connection_cut') throw error;
  the.hasSentAgain = true;
  the.context.log.warn(
    { detail: error.message },
    'a socket to elevenlabs was lost; what had not sounded is sent again',
  );
  the.waiting.unshift(...unsaid);
}

/**
 * Sends the next phrase when the one before it has begun to sound: audio that comes is never of one that is two away, and
 * the vendor, who is faster than speech, is not kept waiting by it. After the last one, the context is closed.
 */
async function sendNext(the: Talk): Promise<void> {
  const { line, waiting } = the;
  if (line === null) {
    const first = waiting.shift();
    if (first !== undefined) await say(the, first);
    return;
  }
  if (line.isClosing() || line.track.unbegun().length > 0) return;
  const next = waiting.shift();
  if (next === undefined && !the.isInputOver) return;
  if (next === undefined || !line.track.isFollowed()) {
    line.close();
    if (next !== undefined) waiting.unshift(next);
  } else {
    await say(the, next);
  }
}

async function say(the: Talk, sounding: Sounding): Promise<void> {
  the.line ??= await newLine(the);
  the.line.say(sounding);
}

async function newLine(the: Talk): Promise<Line> {
  const { happenings, format } = the;
  const track = await (the.track ?? speechTrack(format));
  the.track = null;
  return await openLine(the, track, {
    hear: (line, event) => void happenings.offer({ kind: 'vendor', line, event }),
    fail: (error) => happenings.fail(error),
  });
}

function hangUp(the: Talk): void {
  the.line?.hangUp();
  the.line = null;
}
