/** One socket for many contexts: multi-stream-input. */
import type { WebSocket } from 'ws';
import type { Account } from './account.js';
import { contexts } from './contexts.js';
import { idleTimers } from './idle-timers.js';
import type { Entry } from './ledger.js';
import { asSocketError, type SocketError, wrongKey } from './refusals.js';
import { type ClientMessage, clientMessage, errorMessage } from './socket-messages.js';
import type { SocketSetup } from './socket-query.js';
import type { Wire } from './wire.js';

/** What a close frame has room for. */
const LONGEST_REASON = 120;

export interface SocketOptions {
  readonly account: Account;
  readonly socket: WebSocket;
  readonly wire: Wire;
  readonly entry: Entry;
  readonly setup: SocketSetup | { readonly refused: SocketError };
  /** From the request's header. */
  readonly key: string | undefined;
}

export function serveSocket({ account, socket, wire, entry, setup, key }: SocketOptions): void {
  const reject = (error: SocketError) => {
    entry.end('refused');
    void wire.send(errorMessage(error), 'word');
    socket.close(1008, error.message.slice(0, LONGEST_REASON));
  };
  if ('refused' in setup) {
    reject(setup.refused);
    return;
  }
  const given = key ?? setup.key;
  if (given !== undefined && !account.takesKey(given)) {
    reject(asSocketError(wrongKey()));
    return;
  }
  converse({ account, socket, wire, entry, setup, isKnown: given !== undefined, reject });
}

interface Conversation extends Omit<SocketOptions, 'setup' | 'key'> {
  readonly setup: SocketSetup;
  /** It came with a key that is right; otherwise its first message has to. */
  readonly isKnown: boolean;
  readonly reject: (error: SocketError) => void;
}

function converse({ account, socket, wire, entry, setup, isKnown: cameKnown, reject }: Conversation): void {
  let isKnown = cameKnown;
  let isClosing = false;
  const fail = (error: SocketError) => {
    if (socket.readyState !== socket.OPEN) return;
    all.drop();
    idle.clear();
    reject(error);
  };
  const idle = idleTimers<'socket'>(setup.inactivityMs, () => fail(timedOut(setup.inactivityMs)));
  const hangUp = () => {
    if (!isClosing) return;
    entry.end('done');
    socket.close(1000);
  };
  const all = contexts({ account, setup, wire, fail, silent: hangUp });

  const obey = (message: ClientMessage) => {
    if (message.does === 'close_socket') {
      isClosing = true;
      idle.clear();
      if (all.size === 0) hangUp();
      else all.closeAll();
    } else if (message.does === 'close_context') {
      all.close(message.context);
    } else {
      all.take(message);
    }
  };
  idle.touch('socket');
  socket.on('message', (data, isBinary) => {
    if (isClosing || socket.readyState !== socket.OPEN) return;
    const message = clientMessage(data as Buffer, isBinary);
    if ('refused' in message) {
      fail(message.refused);
      return;
    }
    isKnown ||= account.takesKey(message.key ?? '');
    if (!isKnown) {
      fail(asSocketError(wrongKey()));
      return;
    }
    obey(message);
    // After the context's own timer: one that runs out at the same moment goes first, and says so.
    if (!isClosing && socket.readyState === socket.OPEN) idle.touch('socket');
  });
  socket.on('close', () => {
    entry.end(all.size > 0 ? 'left' : 'done');
    idle.clear();
    all.drop();
  });
}

const timedOut = (ms: number): SocketError => ({
  error: 'input_timeout_exceeded',
  message: `Have not received a new text input within the timeout of ${ms / 1000} seconds.`,
});
