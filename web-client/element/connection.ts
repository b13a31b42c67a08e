/** The socket: opened again whenever it is lost, until the signal ends it. Knows the wire, nothing of what is said. */
import type { ClientEvent } from '../../src/protocol/client-events.js';
import { decodeMedia, MEDIA_SUBPROTOCOL, type Media, MediaFormatError } from '../../src/protocol/media.js';
import type { ServerEvent } from '../../src/protocol/server-events.js';
import { sayLoss, waitBefore } from './reconnect.js';
import { watchForSilence } from './watchdog.js';

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** `why` is a sentence; the next try is `retryInMs` away. */
  | { readonly kind: 'waiting'; readonly why: string; readonly retryInMs: number };

export interface Connection {
  send(event: ClientEvent): void;
  /** What the microphone hears is sent now or never: late, it would only delay what is said later. */
  sendMedia(bytes: Uint8Array): void;
  /** Tries again now instead of waiting. */
  retry(): void;
  /** Ends this session and begins another one at once, at another address if one is named. */
  renew(address?: string): void;
  /** Whether the server owes something: its silence then means a loss. A new connection owes its first word. */
  expect(isOutstanding: boolean): void;
}

export interface ConnectionHooks {
  onState(state: ConnectionState): void;
  onEvent(event: ServerEvent): void;
  onMedia(media: Media): void;
}

/** A connection that lives this long was a good one: the next loss starts again with the shortest wait. */
const GOOD_AFTER_MS = 10_000;
/** A second of the microphone's sound. A network that has not taken it yet will not take the next in time. */
const MOST_UNSENT_BYTES = 48_000;
/** The close code of a connection that ended without a word. */
const NO_CLOSE_FRAME = 1006;

export function openConnection(first: string, hooks: ConnectionHooks, signal: AbortSignal): Connection {
  let address = first;
  let socket: WebSocket | undefined;
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let openedAt: number | undefined;
  // A dead connection is left at once: the browser would wait on for the other side to agree to its end.
  const watchdog = watchForSilence(() => {
    const dead = socket;
    lose(NO_CLOSE_FRAME);
    dead?.close();
  });

  function connect(): void {
    clearTimeout(timer);
    timer = undefined;
    hooks.onState({ kind: 'connecting' });
    const opening = new WebSocket(address, ['realtime', MEDIA_SUBPROTOCOL]);
    opening.binaryType = 'arraybuffer';
    openedAt = undefined;
    opening.onopen = () => {
      if (socket !== opening) return;
      openedAt = performance.now();
      hooks.onState({ kind: 'open' });
    };
    opening.onmessage = ({ data }) => {
      if (socket !== opening) return;
      watchdog.arrived();
      read(data);
    };
    opening.onclose = ({ code }) => {
      if (socket === opening) lose(code);
    };
    socket = opening;
    watchdog.expect(true);
  }

  function lose(code: number): void {
    socket = undefined;
    watchdog.expect(false);
    if (openedAt !== undefined && performance.now() - openedAt > GOOD_AFTER_MS) attempt = 0;
    const why = sayLoss(code, openedAt !== undefined, navigator.onLine);
    const retryInMs = waitBefore(attempt, Math.random());
    attempt += 1;
    timer = setTimeout(connect, retryInMs);
    hooks.onState({ kind: 'waiting', why, retryInMs });
  }

  function read(data: string | ArrayBuffer): void {
    try {
      if (typeof data === 'string') hooks.onEvent(JSON.parse(data) as ServerEvent);
      else hooks.onMedia(decodeMedia(new Uint8Array(data)));
    } catch (error) {
      // A frame of a later protocol is passed over, as unknown events are.
      if (!(error instanceof MediaFormatError)) throw error;
    }
  }

  const retry = () => {
    if (timer !== undefined) connect();
  };

  function leave(): void {
    clearTimeout(timer);
    watchdog.expect(false);
    const closing = socket;
    socket = undefined;
    closing?.close(1000);
  }

  signal.addEventListener('abort', leave);
  window.addEventListener('online', retry, { signal });
  connect();
  return {
    send(event) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(event));
    },
    sendMedia(bytes) {
      if (socket?.readyState !== WebSocket.OPEN) return;
      if (socket.bufferedAmount <= MOST_UNSENT_BYTES) socket.send(bytes as Uint8Array<ArrayBuffer>);
      // Nobody takes it: if nothing comes either, the connection is dead.
      else watchdog.expect(true);
    },
    retry,
    renew(next = address) {
      leave();
      address = next;
      attempt = 0;
      connect();
    },
    expect: watchdog.expect,
  };
}
