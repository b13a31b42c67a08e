/**
 * `fetch` over connections that are kept. Vendors close those that nobody has used for a while, and a request may go out
 * just then: it comes back at once, unanswered, and is sent once more over a new one. The caller's turn would be over
 * else. A connection that has served a moment ago has no such excuse, and what it lost is not asked again here.
 */
import { type Connections, openConnections } from './connections.js';

/** Servers keep a connection for at least so long; most do for 5 s and more. */
const IDLE_MS = 2000;
/** Who closes later has had the request, and may be at work on it. */
const AT_ONCE_MS = 1000;
const CLOSED = new Set(['ECONNRESET', 'EPIPE']);

export type LiveFetch = (input: Parameters<typeof fetch>[0], init?: RequestInit) => Promise<Response>;

export function fetchingLive(connections: Connections, now: () => number = () => performance.now()): LiveFetch {
  return async (input, more = {}) => {
    const began = now();
    const init = input instanceof Request ? { ...(await partsOf(input)), ...more } : more;
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init.headers);
    const body = await bytesOf(init.body ?? null, headers);
    const asked = { method: init.method ?? 'GET', headers, body, signal: init.signal ?? null };
    const first = await connections.ask(url, asked);
    if (first.kind === 'answered') return first.response;
    // What only asks for something may be asked twice, whatever has become of the first time.
    const mayBeStale = first.idleMs !== null && (first.idleMs > IDLE_MS || asked.method === 'GET');
    const wasAtOnce = now() - began <= AT_ONCE_MS;
    if (!mayBeStale || !wasAtOnce || asked.signal?.aborted || !wasClosed(first.thrown)) throw first.thrown;
    // Those that are as old as it was may be closed, too, and nobody may have seen it yet.
    connections.dropIdle(first.idleMs ?? 0);
    const second = await connections.ask(url, asked);
    if (second.kind === 'answered') return second.response;
    throw second.thrown;
  };
}

/** For whoever keeps no connections of its own. */
export const liveFetch = fetchingLive(openConnections());

async function partsOf(request: Request): Promise<RequestInit> {
  const { method, headers, signal } = request;
  return { method, headers, signal, body: request.body === null ? null : await request.arrayBuffer() };
}

function wasClosed(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const { code } = thrown as { code?: unknown };
  return (typeof code === 'string' && CLOSED.has(code)) || wasClosed(thrown.cause);
}

/** All of it, so that it can be sent twice. Forms and texts say of what kind they are. */
async function bytesOf(body: NonNullable<RequestInit['body']> | null, headers: Headers): Promise<Uint8Array | null> {
  if (body === null) return null;
  const made = new Response(body);
  const kind = made.headers.get('content-type');
  if (kind !== null && !headers.has('content-type')) headers.set('content-type', kind);
  return new Uint8Array(await made.arrayBuffer());
}
