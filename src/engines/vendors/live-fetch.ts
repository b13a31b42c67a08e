/**
 * `fetch` over connections that are kept. Vendors close those that nobody has used for a while, and a request may go out
 * just then: it comes back at once, unanswered, and is sent once more over another one. The caller's turn would be over
 * else. A vendor that has been asked a moment ago has no such excuse, and is not asked again here.
 */

/** Servers keep a connection for at least so long; most do for 5 s and more. */
const IDLE_MS = 2000;
/** Who closes later has had the request, and may be at work on it. */
const AT_ONCE_MS = 1000;
/** Of Node's sockets, and of its `fetch`. */
const CLOSED = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

type Fetch = (input: Parameters<typeof fetch>[0], init?: RequestInit) => Promise<Response>;

export function fetchingLive(now: () => number): Fetch {
  /** When each host answered last. */
  const answered = new Map<string, number>();
  return async (input, init = {}) => {
    const { host } = new URL(input instanceof Request ? input.url : input);
    const began = now();
    const mayBeStale = began - (answered.get(host) ?? began) > IDLE_MS;
    try {
      const answer = await fetch(input, init);
      answered.set(host, now());
      return answer;
    } catch (thrown) {
      if (!mayBeStale || now() - began > AT_ONCE_MS || !wasClosed(thrown) || wasRead(init)) throw thrown;
      return fetch(input, init);
    }
  };
}

export const liveFetch = fetchingLive(() => performance.now());

function wasClosed(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const { code } = thrown as { code?: unknown };
  return (typeof code === 'string' && CLOSED.has(code)) || wasClosed(thrown.cause);
}

/** There is no second time for a stream. */
const wasRead = ({ body }: RequestInit): boolean => body instanceof ReadableStream;
