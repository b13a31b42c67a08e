import type WebSocket from 'ws';

/** A network that dropped the connection without a word shows by two unanswered pings. */
const PING_MS = 5000;

/** Pings until the caller has gone, and cuts the connection when two pings in a row stay without an answer. */
export function keepAlive(socket: WebSocket, gone: AbortSignal): void {
  let unanswered = 0;
  socket.on('pong', () => {
    unanswered = 0;
  });
  const timer = setInterval(() => {
    if (unanswered >= 2) return socket.terminate();
    unanswered += 1;
    if (socket.readyState === socket.OPEN) socket.ping();
  }, PING_MS);
  gone.addEventListener('abort', () => clearInterval(timer), { once: true });
}
