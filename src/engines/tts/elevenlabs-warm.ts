/**
 * Which socket a run speaks over: the one that is kept warm for its session, so that no first word waits for a handshake,
 * or one of its own.
 */
import { ParleyError } from '../../errors.js';
import type { SessionScope } from '../contract.js';
import type { Connection } from './elevenlabs-connection.js';

export interface WarmSockets {
  /** Opens the session's socket, if there is none for this voice. */
  prepare(voice: string, session: SessionScope): void;
  borrow(voice: string, session: SessionScope | undefined): Borrowed;
  close(): void;
}

export interface Borrowed {
  readonly connection: Connection;
  /** It is not to be trusted any more: the next one to ask gets another. */
  drop(): void;
  giveBack(): void;
}

/** A session's socket, or none. `spares`: how often it has been replaced since anybody last spoke over it. */
interface Kept {
  connection: Connection | null;
  spares: number;
}

/** A vendor that closes every socket that it is not asked over must not be called again and again. */
const MOST_SPARES = 1;

export type Opener = (voice: string, onLost: () => void) => Connection;

export function warmSockets(open: Opener): WarmSockets {
  const kept = new Map<string, Kept>();
  const own = new Set<Connection>();
  let isClosed = false;

  const connect = (entry: Kept, voice: string): Connection => {
    const connection = open(voice, () => {
      if (entry.connection !== connection) return;
      entry.connection = null;
      if (entry.spares >= MOST_SPARES || !connection.hasOpened()) return;
      entry.spares += 1;
      connect(entry, voice);
    });
    entry.connection = connection;
    return connection;
  };
  const entryOf = (session: SessionScope): Kept => {
    const known = kept.get(session.id);
    if (known !== undefined) return known;
    const entry: Kept = { connection: null, spares: 0 };
    kept.set(session.id, entry);
    const forget = () => {
      kept.delete(session.id);
      entry.connection?.close();
    };
    session.gone.addEventListener('abort', forget, { once: true });
    return entry;
  };
  /** The session's socket for this voice; null: it has gone, and nothing is kept for it. */
  const ofSession = (voice: string, session: SessionScope): Connection | null => {
    if (session.gone.aborted) return null;
    const entry = entryOf(session);
    entry.spares = 0;
    if (entry.connection?.isUsable() === true && entry.connection.voice === voice) return entry.connection;
    entry.connection?.retire();
    return connect(entry, voice);
  };

  const ownSocket = (voice: string): Borrowed => {
    const connection = open(voice, () => own.delete(connection));
    own.add(connection);
    const over = () => {
      own.delete(connection);
      connection.close();
    };
    return { connection, drop: over, giveBack: over };
  };

  return {
    prepare(voice, session) {
      if (!isClosed) ofSession(voice, session);
    },
    borrow(voice, session) {
      if (isClosed) throw new ParleyError('engine_failed', 'elevenlabs is closed.');
      const connection = session === undefined ? null : ofSession(voice, session);
      if (session === undefined || connection === null || !connection.hasRoom()) return ownSocket(voice);
      return { connection, drop: () => connection.retire(), giveBack: () => {} };
    },
    close() {
      isClosed = true;
      for (const { connection } of kept.values()) connection?.close();
      for (const connection of own) connection.close();
      kept.clear();
      own.clear();
    },
  };
}
