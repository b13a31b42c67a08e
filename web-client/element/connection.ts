/** The socket: opened again whenever it is lost, until the signal ends it. Knows the wire, nothing of what is said. */
import type { ClientEvent } from '../../src/protocol/client-events.js';
import { decodeMedia, MEDIA_SUBPROTOCOL, type Media, MediaFormatError } from '../../src/protocol/media.js';
import type { ServerEvent } from '../../src/protocol/server-events.js';
import { sayLoss, waitBefore } from './reconnect.js';

export type ConnectionState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** `why` is a sentence; the next try is `retryInMs` away. */
  | { readonly kind: 'waiting'; readonly why: string; readonly retryInMs: number };

export interface Connection {
  send(event: ClientEvent): void;
  /** Tries again now instead of waiting. */
  retry(): void;
}

export interface ConnectionHooks {
  onState(state: ConnectionState): void;
  onEvent(event: ServerEvent): void;
  onMedia(media: Media): void;
}

/** A connection that lives this long was a good one: the next loss starts again with the shortest wait. */
const GOOD_AFTER_MS = 10_000;

export function openConnection(address: string, hooks: ConnectionHooks, signal: AbortSignal): Connection {
  let socket: WebSocket | undefined;
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function connect(): void {
    clearTimeout(timer);
    timer = undefined;
    hooks.onState({ kind: 'connecting' });
    const opening = new WebSocket(address, ['realtime', MEDIA_SUBPROTOCOL]);
    opening.binaryType = 'arraybuffer';
    let openedAt: number | undefined;
    opening.onopen = () => {
      openedAt = performance.now();
      hooks.onState({ kind: 'open' });
    };
    opening.onmessage = ({ data }) => read(data);
    opening.onclose = ({ code }) => {
      if (socket !== opening) return;
      socket = undefined;
      if (openedAt !== undefined && performance.now() - openedAt > GOOD_AFTER_MS) attempt = 0;
      lose(sayLoss(code, openedAt !== undefined, navigator.onLine));
    };
    socket = opening;
  }

  function lose(why: string): void {
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

  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    const closing = socket;
    socket = undefined;
    closing?.close(1000);
  });
  window.addEventListener('online', retry, { signal });
  connect();
  return {
    send(event) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(event));
    },
    retry,
  };
}
