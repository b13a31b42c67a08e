/** The contexts of one socket: made by their first message, at most five at once, closed when nothing is said to them. */
import type { Account } from './account.js';
import { type Context, openContext } from './context.js';
import { idleTimers } from './idle-timers.js';
import { asSocketError, faultRefusal, type SocketError, tooLong, tooMany } from './refusals.js';
import { audioMessage, type ClientMessage, finalMessage } from './socket-messages.js';
import type { SocketSetup } from './socket-query.js';
import type { Wire } from './wire.js';

/** The vendor's limit. A context that was closed counts until it has said what it owes. */
const MOST = 5;

export interface Contexts {
  /** How many there are, those included that were closed and still speak. */
  readonly size: number;
  take(message: ClientMessage): void;
  close(id: string): void;
  /** Speaks what they hold, and closes them. */
  closeAll(): void;
  drop(): void;
}

export interface ContextsOptions {
  readonly account: Account;
  readonly setup: SocketSetup;
  readonly wire: Wire;
  /** Ends the socket. */
  readonly fail: (error: SocketError) => void;
  /** The last one has said its last. */
  readonly silent: () => void;
}

export function contexts({ account, setup, wire, fail, silent }: ContextsOptions): Contexts {
  /** Those that take text, by their names. */
  const open = new Map<string, Context>();
  const living = new Set<Context>();
  const timers = idleTimers<string>(setup.inactivityMs, (id) => {
    const context = forget(id);
    if (context === undefined) return;
    context.drop();
    over(id, context);
  });
  const forget = (id: string): Context | undefined => {
    const context = open.get(id);
    open.delete(id);
    timers.forget(id);
    return context;
  };
  const over = (id: string, context: Context) => {
    living.delete(context);
    void wire.send(finalMessage(id), 'word');
    if (living.size === 0) silent();
  };
  const refuse: Record<'too_many' | 'too_long' | 'failed', () => void> = {
    too_many: () => fail(asSocketError(tooMany())),
    too_long: () => fail(asSocketError(tooLong(setup.model.longest))),
    failed: () =>
      fail({ error: 'internal_server_error', message: 'Something went wrong. You are not charged for it.' }),
  };
  const begin = ({ context: id, settings }: ClientMessage): Context => {
    const context: Context = openContext({
      id,
      account,
      setup,
      settings,
      fault: () => wire.fault,
      send: (piece) => wire.send(audioMessage(id, piece), 'audio'),
      refuse: (reason) => refuse[reason](),
      closed: () => over(id, context),
    });
    open.set(id, context);
    living.add(context);
    return context;
  };

  return {
    get size() {
      return living.size;
    },
    take(message) {
      const { context: id, text, does } = message;
      const known = open.get(id);
      // A flush makes the context that it names, as text does; a keep-alive for one that is not there is nothing.
      if (known === undefined && text === '' && does !== 'flush') return;
      const error = known === undefined ? newRefused(account, wire, living.size) : changeRefused(known, message);
      if (error !== null) {
        fail(error);
        return;
      }
      timers.touch(id);
      (known ?? begin(message)).take(text, does === 'flush');
    },
    close: (id) => forget(id)?.close(),
    closeAll() {
      for (const [id, context] of [...open]) {
        context.take('', true);
        forget(id);
        context.close();
      }
    },
    drop() {
      timers.clear();
      for (const context of living) context.drop();
      living.clear();
      open.clear();
    },
  };
}

/** A new context is a request of its own, so that a fault can come over a socket that was open already. */
function newRefused(account: Account, wire: Wire, living: number): SocketError | null {
  const fault = wire.fault === null ? account.faults.take('socket') : null;
  if (fault?.kind === 'status') return asSocketError(faultRefusal(fault));
  if (fault !== null) wire.spoil(fault);
  if (living < MOST) return null;
  return {
    error: 'max_active_conversations',
    message: `Maximum simultaneous contexts per WebSocket connection exceeded (${MOST}).`,
  };
}

function changeRefused({ settings }: Context, message: ClientMessage): SocketError | null {
  const isSame = (['voice', 'schedule'] as const).every(
    (name) =>
      message.settings[name] === undefined || JSON.stringify(message.settings[name]) === JSON.stringify(settings[name]),
  );
  if (isSame) return null;
  return {
    error: 'invalid_message',
    message: 'voice_settings and generation_config belong in the first message of a context and must not change.',
  };
}
