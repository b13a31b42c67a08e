/** The way out of one socket, with whatever is wrong with it. */
import type { WebSocket } from 'ws';
import type { Fault } from '../faults.js';
import { breaks, GARBAGE } from './breaking.js';

export interface Wire {
  /** What is wrong with it. */
  readonly fault: Fault | null;
  /** From now on this is wrong with it. */
  spoil(fault: Fault): void;
  /** Waits until the message has left, so that a client that does not read slows down whoever speaks to it. */
  send(message: string, kind: 'audio' | 'word'): Promise<void>;
}

export function wire(socket: WebSocket, broken: () => void): Wire {
  let fault: Fault | null = null;
  let pieces = 0;
  return {
    get fault() {
      return fault;
    },
    spoil(next) {
      fault = next;
      pieces = 0;
    },
    send(message, kind) {
      const broke = breaks(fault, pieces);
      if (broke === 'stall') return Promise.resolve();
      if (broke === 'cut') {
        broken();
        socket.terminate();
        return Promise.resolve();
      }
      if (kind === 'audio') pieces += 1;
      // A failed send is a closed socket, and that has an event of its own.
      return new Promise((resolve) => socket.send(broke === 'garbage' ? GARBAGE.toString() : message, () => resolve()));
    },
  };
}
