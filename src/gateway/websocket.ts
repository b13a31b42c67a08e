/**
 * The socket at /v1/realtime and the session behind it, which it is given: one `Caller` for each connection.
 */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type {} from '@fastify/websocket';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type WebSocket from 'ws';
import type { RawData } from 'ws';
import { asParleyError, errorBody, ParleyError } from '../errors.js';
import { Queue } from '../flow.js';
import type { Caller, Incoming } from '../protocol/caller.js';
import { decodeMedia, MEDIA_SUBPROTOCOL, MediaFormatError } from '../protocol/media.js';
import type { SessionUpdate } from '../protocol/session.js';
import { avatarAskedFor, type KnownAvatars, modelIn, seekAvatar } from './address.js';
import { type Admission, admitOneMore } from './admission.js';
import { gather } from './gathering.js';
import { keepAlive } from './keep-alive.js';
import { explainClosing } from './last-word.js';
import { createOutlet } from './outlet.js';
import { parseClientEvent } from './parse.js';
import { keysIn } from './token.js';
import { picturesFor } from './video.js';

/** One message of 15 MiB of base64 is legal; the envelope around it is small. */
export const MAX_MESSAGE_BYTES = 15 * 1024 * 1024 + 64 * 1024;
/** Two of the largest messages may wait for a session; each also weighs what its bookkeeping costs. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;
const MESSAGE_BYTES = 512;
/** What the closing handshake may take. */
const CLOSING_MS = 2000;

export interface RealtimeRoute {
  readonly openSession: (caller: Caller) => Promise<void>;
  readonly admission: Admission;
  /** The ids of those whom a caller may ask for. */
  readonly avatars: KnownAvatars;
  readonly log: Logger;
  readonly now: () => number;
  /** What the session begins with that this key opens; null: with the defaults. */
  readonly settingsOf: (key: string) => SessionUpdate | null;
  /** Aborted when the server shuts down. */
  readonly stopping: AbortSignal;
}

/** The subprotocol to answer with: never the one that carries a key, which a proxy would write into its log. */
export function chooseSubprotocol(offered: ReadonlySet<string>): string | false {
  if (offered.has(MEDIA_SUBPROTOCOL)) return MEDIA_SUBPROTOCOL;
  return offered.has('realtime') ? 'realtime' : false;
}

export function realtimeRoute(app: FastifyInstance, route: RealtimeRoute): void {
  let sessions = 0;
  const refuseAvatar = ({ raw }: FastifyRequest) => seekAvatar(raw.url ?? '/', route.avatars);
  // Every connection listens to it; Node would call the eleventh a leak.
  setMaxListeners(0, route.stopping);
  app.get(
    '/v1/realtime',
    { websocket: true, preValidation: [refuseBeta, refuseVideo, refuseAvatar] },
    (socket, request) => {
      // Listeners first: what arrives before the first await would otherwise be lost.
      const connection = connect(socket, request, route);
      if (route.stopping.aborted) return connection.end(new ParleyError('shutting_down'));
      try {
        admitOneMore(sessions, route.admission);
      } catch (refusal) {
        return connection.end(asParleyError(refusal));
      }
      sessions += 1;
      route
        .openSession(connection.caller)
        .catch((thrown) => {
          const error = asParleyError(thrown);
          if (error.code !== 'at_capacity') route.log.error({ err: thrown }, 'session failed');
          connection.end(error);
        })
        .finally(() => {
          sessions -= 1;
        });
    },
  );
}

async function refuseBeta(request: FastifyRequest): Promise<void> {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  if (request.headers['openai-beta'] !== undefined || offered.includes('openai-beta.')) {
    throw new ParleyError('beta_refused');
  }
}

/** What cannot be shown is refused before there is a socket: a client that waits for pictures should not wait for ever. */
async function refuseVideo({ raw, headers }: FastifyRequest): Promise<void> {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  picturesFor(raw.url ?? '/', chooseSubprotocol(new Set(offered)) === MEDIA_SUBPROTOCOL);
}

interface Connection {
  readonly caller: Caller;
  /** Tells the caller why, and closes. */
  end(error: ParleyError): void;
}

function connect(socket: WebSocket, request: FastifyRequest, route: RealtimeRoute): Connection {
  const log = route.log.child({ caller: request.id });
  const address = request.raw.url ?? '/';
  const gone = new AbortController();
  const incoming = new Queue<Weighed>(MAX_WAITING_BYTES, (message) => message.bytes);
  const binary = socket.protocol === MEDIA_SUBPROTOCOL;
  const outlet = createOutlet(gather(socket, request.raw.socket), binary, route.now, (error) => end(error));

  let ended = false;
  const leave = () => {
    gone.abort(new ParleyError('client_gone'));
    incoming.close();
  };
  /** A peer that does not answer the closing handshake must hold neither its session nor what it has not read. */
  const depart = () => {
    const timer = setTimeout(() => socket.terminate(), CLOSING_MS);
    socket.once('close', () => clearTimeout(timer));
    leave();
  };
  const end = (error: ParleyError) => {
    if (ended) return;
    ended = true;
    log.info({ code: error.code }, 'connection ended');
    outlet.sendLast({ type: 'error', error: errorBody(error, null) });
    socket.close(error.row.close ?? 1011, error.code);
    depart();
  };
  const accept = (message: Incoming, bytes: number) => {
    if (!incoming.offer({ ...message, bytes: bytes + MESSAGE_BYTES })) end(new ParleyError('too_fast'));
  };

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (gone.signal.aborted) return;
    const read = isBinary ? readMedia(data as Buffer, binary) : readEvent((data as Buffer).toString('utf8'));
    if (read.ok) accept(read.message, (data as Buffer).byteLength);
    else outlet.send({ type: 'error', error: errorBody(read.error, read.eventId) });
  });
  socket.on('error', (error) => {
    // ws itself closes the socket with the right code: 1009 for too long, 1007 for bad UTF-8, 1002 for the rest.
    log.info({ err: error }, 'socket error');
    depart();
  });
  explainClosing(socket, (error) => outlet.sendLast({ type: 'error', error: errorBody(error, null) }));
  socket.on('close', leave);
  const onStop = () => end(new ParleyError('shutting_down'));
  route.stopping.addEventListener('abort', onStop, { once: true });
  gone.signal.addEventListener('abort', () => route.stopping.removeEventListener('abort', onStop), { once: true });
  keepAlive(socket, gone.signal);

  return {
    end,
    caller: {
      ...outlet,
      id: `caller_${randomUUID().slice(0, 8)}`,
      model: modelIn(address),
      avatar: avatarAskedFor(address),
      settings: keysIn(request.headers).map(route.settingsOf).find(Boolean) ?? null,
      reportsPlayback: binary,
      pictures: picturesFor(address, binary),
      incoming,
      gone: gone.signal,
      end: (reason) => end(asParleyError(reason)),
    },
  };
}

/** The weight lies in the message: to unwrap each of 50 a second and caller would be one more wait for each. */
type Weighed = Incoming & { readonly bytes: number };

type Read =
  | { readonly ok: true; readonly message: Incoming }
  | { readonly ok: false; readonly error: ParleyError; readonly eventId: string | null };

function readEvent(text: string): Read {
  const parsed = parseClientEvent(text);
  return parsed.ok ? { ok: true, message: { kind: 'event', event: parsed.event } } : parsed;
}

function readMedia(bytes: Uint8Array, negotiated: boolean): Read {
  if (!negotiated) return { ok: false, error: new ParleyError('media_not_negotiated'), eventId: null };
  try {
    const media = decodeMedia(bytes);
    if (media.kind === 'microphone') return { ok: true, message: { kind: 'media', media } };
    return {
      ok: false,
      error: new ParleyError('invalid_media', `Only the server sends ${media.kind}.`),
      eventId: null,
    };
  } catch (thrown) {
    const detail = thrown instanceof MediaFormatError ? thrown.message : undefined;
    return { ok: false, error: new ParleyError('invalid_media', detail, { cause: thrown }), eventId: null };
  }
}
