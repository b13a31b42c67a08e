/**
 * What is sent in one turn of the event loop leaves in one system call: the sound of a frame, its picture and its words
 * are messages of their own, and the call costs more than they do.
 */
import type { Socket } from 'node:net';
import type WebSocket from 'ws';

/** So much is worth a call of its own, and the system is asked how much it takes. */
const MOST_GATHERED = 32 * 1024;

export type Outward = Pick<WebSocket, 'OPEN' | 'readyState' | 'bufferedAmount' | 'send'>;

/** `stream`: that which the socket writes to. */
export function gather(socket: WebSocket, stream: Pick<Socket, 'cork' | 'uncork'>): Outward {
  let isGathering = false;
  let gathered = 0;
  /** What the system had not taken before: what waits for the others of its turn says nothing of the reader. */
  let unread = 0;
  const begin = () => {
    unread = socket.bufferedAmount;
    gathered = 0;
    stream.cork();
  };
  const leave = () => {
    isGathering = false;
    stream.uncork();
  };
  return {
    OPEN: socket.OPEN,
    get readyState() {
      return socket.readyState;
    },
    get bufferedAmount() {
      return isGathering ? unread : socket.bufferedAmount;
    },
    send(data: string | Uint8Array) {
      if (!isGathering) {
        isGathering = true;
        begin();
        setImmediate(leave);
      }
      socket.send(data);
      gathered += data.length;
      if (gathered < MOST_GATHERED) return;
      stream.uncork();
      begin();
    },
  };
}
