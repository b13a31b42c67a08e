/**
 * Parley's end of the wire: many streams over one link, each with its own credit, so that a reader who is slow holds up
 * nobody else. Knows streams, not processes: what starts, pings and ends a worker is passed on.
 *
 * Who ends a stream: the worker with `end` or `error`; the reader by its signal, by leaving, or by an input that throws
 * (`cancel` goes out, and the local end does not wait for it); the whole channel with `fail`.
 */
import { type Code, codes, ParleyError } from '../errors.js';
import { WireError } from './frames.js';
import { type Chunk, Inflow } from './inflow.js';
import { type Ends, type LinkEnd, startLink } from './link.js';
import { type FromWorker, MAX_CREDIT, MAX_STREAMS, parseFromWorker, type ToWorker } from './messages.js';
import { Credit, sendAll } from './outflow.js';
import { type Place, Slots } from './slots.js';

export type { Chunk } from './inflow.js';

export interface Call {
  readonly method: string;
  readonly params: Record<string, unknown>;
  /** Without it the worker's method sees an input that has ended. */
  readonly input?: AsyncIterable<Chunk>;
  readonly signal: AbortSignal;
  /** How many chunks the worker may be ahead of the reader. */
  readonly credit?: number;
}

/** 16 frames of 40 ms are 640 ms: enough to ride out a pause of the reader, little enough to throw away. */
const DEFAULT_CREDIT = 16;

export type FromWorkerProcess = Exclude<FromWorker, Place>;
export type ToWorkerProcess = Exclude<ToWorker, Place>;

export interface ChannelEvents {
  /** A message of the worker as a whole: ready, pong, log, stats, its last words. */
  process(message: FromWorkerProcess): void;
  /** The worker's bytes ended, or made no sense. Pending streams have failed already. */
  over(end: LinkEnd): void;
}

export interface Channel {
  /** The stream begins with the first `next`. Ends with the worker's error, `worker_broken`, or the signal's reason. */
  open(call: Call): AsyncGenerator<Chunk, void, undefined>;
  send(message: ToWorkerProcess): void;
  /** Every pending stream and every later one ends with this error, at once. */
  fail(error: ParleyError): void;
}

interface Stream extends Place {
  readonly output: Inflow;
  readonly inputCredit: Credit;
}

export function openChannel(ends: Ends, events: ChannelEvents): Channel {
  const slots = new Slots<Stream>(MAX_STREAMS);
  let failed: ParleyError | undefined;

  const link = startLink<FromWorker, ToWorker>(ends, parseFromWorker, {
    message(message, body) {
      if ('stream' in message) receive(slots, message, body);
      else events.process(message);
    },
    over(end) {
      const why = end.kind === 'closed' ? 'the worker closed its end' : end.why;
      fail(new ParleyError('worker_broken', why));
      events.over(end);
    },
  });

  function fail(error: ParleyError): void {
    failed ??= error;
    for (const stream of slots.holders()) {
      slots.release(stream);
      stream.output.fail(error);
    }
  }

  function begin(call: Call): Stream {
    const window = call.credit ?? DEFAULT_CREDIT;
    if (!Number.isInteger(window) || window < 1 || window > MAX_CREDIT) {
      throw new ParleyError('internal', `a stream's credit is 1 to ${MAX_CREDIT} chunks, not ${window}`);
    }
    const place = slots.next();
    if (place === undefined) throw new ParleyError('at_capacity', `a worker has ${MAX_STREAMS} streams at most`);
    const output = new Inflow(window, (chunks) => {
      if (slots.find(place) !== undefined) link.send({ type: 'credit', ...place, chunks });
    });
    const stream = { ...place, output, inputCredit: new Credit() };
    slots.begin(place, stream);
    const { method, params } = call;
    try {
      link.send({ type: 'open', ...placeOf(stream), method, params, credit: window });
    } catch (error) {
      slots.release(stream);
      throw ourFault(error);
    }
    return stream;
  }

  async function feed(stream: Stream, input: AsyncIterable<Chunk>, over: AbortSignal): Promise<void> {
    await sendAll(input, stream.inputCredit, over, async ({ data, body }) => {
      await link.room(over);
      link.send({ type: 'chunk', ...placeOf(stream), ...(Object.keys(data).length === 0 ? {} : { data }) }, body);
    });
    if (slots.find(stream) !== undefined) link.send({ type: 'end', ...placeOf(stream) });
  }

  async function* open(call: Call): AsyncGenerator<Chunk, void, undefined> {
    call.signal.throwIfAborted();
    if (failed !== undefined) throw failed;
    const stream = begin(call);
    const over = new AbortController();
    const cancel = (reason: unknown) => {
      if (slots.release(stream)) link.send({ type: 'cancel', ...placeOf(stream) });
      stream.output.fail(reason);
      over.abort(reason);
    };
    const onAbort = () => cancel(call.signal.reason);
    call.signal.addEventListener('abort', onAbort, { once: true });
    if (call.input === undefined) link.send({ type: 'end', ...placeOf(stream) });
    else feed(stream, call.input, over.signal).catch((error) => cancel(ourFault(error)));
    try {
      for await (const chunk of stream.output) {
        call.signal.throwIfAborted();
        yield chunk;
      }
    } finally {
      call.signal.removeEventListener('abort', onAbort);
      cancel(new ParleyError('internal', 'the stream is over'));
    }
  }

  return { open, send: (message) => link.send(message), fail };
}

type StreamMessage = Extract<FromWorker, Place>;

function receive(slots: Slots<Stream>, message: StreamMessage, body: Uint8Array): void {
  const stream = slots.find(message);
  if (stream === undefined) return;
  switch (message.type) {
    case 'chunk':
      stream.output.receive({ data: message.data ?? {}, body });
      return;
    case 'credit':
      stream.inputCredit.grant(message.chunks);
      return;
    case 'end':
      slots.release(stream);
      stream.output.end();
      return;
    case 'error':
      slots.release(stream);
      stream.output.endWith(errorOf(message));
      return;
  }
}

const placeOf = ({ stream, generation }: Place): Place => ({ stream, generation });

/** A code of errors.ts stands for itself; a worker's own code leads the message of the nearest one. */
function errorOf({ code, message, retryable }: { code: string; message: string; retryable: boolean }): ParleyError {
  if (Object.hasOwn(codes, code)) return new ParleyError(code as Code, message);
  return new ParleyError(retryable ? 'engine_failed' : 'internal', `${code}: ${message}`);
}

/** What we were about to send breaks the wire's rules: the stream ends, the worker has seen nothing of it. */
function ourFault(error: unknown): unknown {
  return error instanceof WireError ? new ParleyError('internal', error.message, { cause: error }) : error;
}
