/** One connection of a caller: the protocol's subprotocol parley.media.v1, everything with the time of its arrival. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import WebSocket from 'ws';
import type { ClientEvent } from '../protocol/client-events.js';
import { decodeMedia, MEDIA_SUBPROTOCOL, type Media } from '../protocol/media.js';
import type { ServerEvent } from '../protocol/server-events.js';

export interface Line {
  send(event: ClientEvent): void;
  sendMedia(frame: Uint8Array): void;
  /** Why the connection is over; null while it is not. */
  readonly lost: string | null;
  /** What has gone over the socket, with its frames' heads and, for wss, without the encryption. */
  bytes(): Bytes;
  close(): Promise<void>;
}

export interface Bytes {
  readonly received: number;
  readonly sent: number;
}

export interface LineHooks {
  onEvent(event: ServerEvent, now: number): void;
  onMedia(media: Media, now: number): void;
}

const CONNECT_MS = 15_000;

/** Rejects if the server refuses the connection. */
export async function openLine(url: string, token: string | null, hooks: LineHooks): Promise<Line> {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const socket = new WebSocket(url, ['realtime', MEDIA_SUBPROTOCOL], { headers, handshakeTimeout: CONNECT_MS });
  let lost: string | null = null;
  socket.on('message', (data: Buffer, isBinary) => {
    const now = performance.now();
    try {
      if (isBinary) hooks.onMedia(decodeMedia(data), now);
      else hooks.onEvent(JSON.parse(data.toString('utf8')) as ServerEvent, now);
    } catch (thrown) {
      lost ??= `what came cannot be read: ${(thrown as Error).message}`;
      socket.terminate();
    }
  });
  socket.on('close', (code, reason) => {
    lost ??= `the connection was closed: ${code} ${reason.toString()}`.trim();
  });
  let wire: Socket | null = null;
  socket.once('upgrade', (response) => {
    wire = response.socket;
  });
  await once(socket, 'open');
  socket.on('error', (error) => {
    lost ??= error.message;
  });
  const write = (data: string | Uint8Array) => {
    if (socket.readyState === socket.OPEN) socket.send(data);
  };
  return {
    send: (event) => write(JSON.stringify(event)),
    sendMedia: write,
    get lost() {
      return lost;
    },
    bytes: () => ({ received: wire?.bytesRead ?? 0, sent: wire?.bytesWritten ?? 0 }),
    async close() {
      if (socket.readyState === socket.CLOSED) return;
      const closed = once(socket, 'close');
      socket.close(1000);
      await closed;
    },
  };
}
