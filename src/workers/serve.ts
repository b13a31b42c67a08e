/**
 * The worker's end of the wire, for workers written for Node. python/parley_workers/serve.py is its twin. Runs in a
 * process of its own: descriptor 3 comes from Parley, 4 leads to it, stdout and stderr are free for anybody.
 *
 * Node has one thread for the wire and the engine. A method that computes longer than a second in one go keeps pings
 * and cancels waiting meanwhile; after 10 s it is taken for dead.
 */
import { Socket } from 'node:net';
import { asParleyError, ParleyError } from '../errors.js';
import { WireError } from './frames.js';
import { type Chunk, Inflow } from './inflow.js';
import { type Link, type LinkEnd, startLink } from './link.js';
import { EXIT_SETTINGS, type FromWorker, MAX_STREAMS, PROTOCOL, parseToWorker, type ToWorker } from './messages.js';
import { Credit, sendAll } from './outflow.js';
import { type Place, Slots } from './slots.js';

export type { Chunk } from './inflow.js';

type Level = Extract<FromWorker, { type: 'log' }>['level'];

export interface WorkerMethodContext {
  readonly signal: AbortSignal;
  log(level: Level, message: string, fields?: Record<string, unknown>): void;
}

export type WorkerMethod = (
  params: Record<string, unknown>,
  input: AsyncIterable<Chunk>,
  context: WorkerMethodContext,
) => AsyncIterable<Chunk>;

/** Loaded and warmed up. */
export interface WorkerEngine {
  readonly info: Record<string, unknown>;
  readonly methods: Record<string, WorkerMethod>;
}

export type WorkerEngines = Record<string, (settings: Record<string, unknown>) => Promise<WorkerEngine>>;

/** Thrown while an engine loads: another start with the same settings would fail the same way. */
export class SettingsError extends Error {
  override name = 'SettingsError';
}

/** Chunks of input that may wait for the method. */
const INPUT_WINDOW = 8;
const LONGEST_MESSAGE = 4000;

interface Stream extends Place {
  readonly input: Inflow;
  readonly outputCredit: Credit;
  readonly over: AbortController;
}

type State =
  | { readonly kind: 'waiting for hello' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'up'; readonly methods: Record<string, WorkerMethod> };

/** What one serving process knows. */
interface Server {
  readonly engines: WorkerEngines;
  readonly link: Link<FromWorker>;
  readonly slots: Slots<Stream>;
  state: State;
}

export function serveWorker(engines: WorkerEngines): void {
  // Ctrl-C in a terminal reaches every process of the group; Parley alone decides when its workers end.
  process.on('SIGINT', () => {});
  const ends = {
    from: new Socket({ fd: 3, readable: true, writable: false }),
    to: new Socket({ fd: 4, readable: false, writable: true }),
  };
  const link = startLink<ToWorker, FromWorker>(ends, parseToWorker, {
    message: (message, body) => heed(server, message, body),
    over: leave,
  });
  const server: Server = { engines, link, slots: new Slots(MAX_STREAMS), state: { kind: 'waiting for hello' } };
}

/** Nobody is left to work for. */
function leave(end: LinkEnd): void {
  if (end.kind === 'broken') process.stderr.write(`the wire is broken: ${end.why}\n`);
  process.exit(end.kind === 'broken' ? 1 : 0);
}

function heed(server: Server, message: ToWorker, body: Uint8Array): void {
  const { link, slots } = server;
  switch (message.type) {
    case 'hello':
      void welcome(server, message);
      break;
    case 'ping':
      link.send({ type: 'pong', at: message.at });
      link.send({ type: 'stats', values: { ...running(slots), rss_bytes: process.memoryUsage.rss() } });
      break;
    case 'shutdown':
      for (const stream of slots.holders()) cancel(server, stream);
      void link.flush().then(() => process.exit(0));
      break;
    case 'open':
      open(server, message);
      break;
    default:
      receive(server, message, body);
  }
}

function running(slots: Slots<Stream>): { streams: number; slots: number } {
  return { streams: [...slots.holders()].length, slots: slots.count };
}

async function welcome(server: Server, hello: Extract<ToWorker, { type: 'hello' }>): Promise<void> {
  const { link } = server;
  if (server.state.kind !== 'waiting for hello') return leave({ kind: 'broken', why: 'a second hello' });
  server.state = { kind: 'loading' };
  const began = performance.now();
  try {
    if (hello.protocol !== PROTOCOL) {
      throw new SettingsError(`Parley speaks version ${hello.protocol} of the wire; this worker speaks ${PROTOCOL}`);
    }
    if (!Object.hasOwn(server.engines, hello.engine)) {
      const known = Object.keys(server.engines).join(', ');
      throw new SettingsError(`there is no engine ${hello.engine}; there are: ${known}`);
    }
    const { info, methods } = await server.engines[hello.engine]!(hello.settings);
    server.state = { kind: 'up', methods };
    const names = Object.keys(methods);
    const warm_ms = Math.round(performance.now() - began);
    link.send({ type: 'ready', protocol: PROTOCOL, engine: hello.engine, methods: names, info, warm_ms });
  } catch (error) {
    const refused = error instanceof SettingsError;
    const { message } = asParleyError(error);
    const code = refused ? 'worker_settings' : 'engine_failed';
    link.send({ type: 'error', fatal: true, code, message: message.slice(0, LONGEST_MESSAGE) });
    await link.flush();
    process.exit(refused ? EXIT_SETTINGS : 1);
  }
}

function open(server: Server, message: Extract<ToWorker, { type: 'open' }>): void {
  const { link, slots, state } = server;
  if (state.kind !== 'up') throw new WireError(`a stream was opened while ${state.kind}`);
  const place = placeOf(message);
  const input = new Inflow(INPUT_WINDOW, (chunks) => {
    if (slots.find(place) !== undefined) link.send({ type: 'credit', ...place, chunks });
  });
  const stream: Stream = { ...place, input, outputCredit: new Credit(), over: new AbortController() };
  slots.begin(place, stream);
  stream.outputCredit.grant(message.credit);
  link.send({ type: 'credit', ...place, chunks: INPUT_WINDOW });
  void run(server, stream, state.methods, message);
}

async function run(
  { link, slots }: Server,
  stream: Stream,
  methods: Record<string, WorkerMethod>,
  { method, params }: Extract<ToWorker, { type: 'open' }>,
): Promise<void> {
  const place = placeOf(stream);
  const { signal } = stream.over;
  try {
    if (!Object.hasOwn(methods, method)) throw new ParleyError('internal', `there is no method ${method}`);
    const output = methods[method]!(params, stream.input, { signal, log: logTo(link) });
    await sendAll(output, stream.outputCredit, signal, async ({ data, body }) => {
      await link.room(signal);
      link.send({ type: 'chunk', ...place, ...(Object.keys(data).length > 0 && { data }) }, body);
    });
    if (slots.release(stream)) link.send({ type: 'end', ...place });
  } catch (thrown) {
    // A cancelled stream has no place any more and nobody who would hear why its method stopped.
    if (!slots.release(stream)) return;
    const { code, message, retryable } = asParleyError(thrown, 'engine_failed');
    link.send({ type: 'error', ...place, code, message: message.slice(0, LONGEST_MESSAGE), retryable });
  }
  stream.input.end();
}

function receive(server: Server, message: Extract<ToWorker, Place>, body: Uint8Array): void {
  const stream = server.slots.find(message);
  if (stream === undefined) return;
  switch (message.type) {
    case 'chunk':
      stream.input.receive({ data: message.data ?? {}, body });
      break;
    case 'end':
      stream.input.end();
      break;
    case 'credit':
      stream.outputCredit.grant(message.chunks);
      break;
    case 'cancel':
      cancel(server, stream);
      break;
  }
}

function cancel({ slots }: Server, stream: Stream): void {
  const reason = new ParleyError('turn_cancelled');
  slots.release(stream);
  stream.over.abort(reason);
  stream.input.fail(reason);
}

function logTo(link: Link<FromWorker>): WorkerMethodContext['log'] {
  return (level, message, fields = {}) => {
    const text = message.slice(0, LONGEST_MESSAGE);
    try {
      link.send({ type: 'log', level, message: text, fields });
    } catch {
      // A log line must not end the work that it is about.
      link.send({ type: 'log', level, message: text, fields: { left_out: 'the fields do not fit into a message' } });
    }
  };
}

const placeOf = ({ stream, generation }: Place): Place => ({ stream, generation });
