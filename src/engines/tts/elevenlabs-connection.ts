/**
 * One socket to the vendor, over which several contexts speak side by side. It sees to it that none of them is closed for
 * inactivity, and that a connection of which only our half is left is found out.
 */
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { ParleyError } from '../../errors.js';
import { type ContextEvent, type SpeechContext, speechContexts } from './elevenlabs-contexts.js';
import { answerFailure, closeFailure, cutOff, messageFailure, silence, unreadable } from './elevenlabs-failure.js';
import type { ElevenLabsSettings } from './elevenlabs-settings.js';
import { INACTIVITY_S, jsonOf, readMessage, socketUrl } from './elevenlabs-wire.js';

export interface Connection {
  readonly voice: string;
  /** Rejects with a ParleyError. */
  readonly opened: Promise<void>;
  hasOpened(): boolean;
  isUsable(): boolean;
  hasRoom(): boolean;
  open(speed: number, listener: (event: ContextEvent) => void): SpeechContext;
  /** Takes no new contexts, and closes when nobody listens to any that it has. */
  retire(): void;
  close(): void;
}

export interface Timings {
  readonly inactivityS: number;
  /** Well within the inactivity, so that one lost moment does not matter. */
  readonly keepAliveMs: number;
  /** A ping is answered within this, or the connection is taken to be lost. */
  readonly pingMs: number;
}

export const TIMINGS: Timings = { inactivityS: INACTIVITY_S, keepAliveMs: 60_000, pingMs: 5000 };

/** A sixth one has the vendor close the socket (1008). One that was closed counts until its end has been told. */
const MOST_CONTEXTS = 5;
/** Half a minute of speech at the highest rate. One of the largest takes 150 ms to read, whatever is in it. */
const LARGEST_MESSAGE = 4 * 1024 * 1024;
const LONGEST_BODY = 16 * 1024;
const ENDED = 1000;
/** The vendor has so long to take its leave. */
const FAREWELL_MS = 50;

export function openConnection(
  settings: ElevenLabsSettings,
  voice: string,
  timings: Timings,
  onLost: (error: ParleyError) => void,
): Connection {
  const { apiKey, timeoutMs } = settings;
  const socket = new WebSocket(socketUrl(settings, voice, timings.inactivityS), {
    headers: { 'xi-api-key': apiKey },
    perMessageDeflate: false,
    maxPayload: LARGEST_MESSAGE,
  });
  const contexts = speechContexts(settings, (message) => socket.send(message));
  let state: 'opening' | 'open' | 'retired' | 'over' = 'opening';
  let hasOpened = false;
  let stopWatch = () => {};

  /** True the first time. */
  const end = (error: ParleyError): boolean => {
    if (state === 'over') return false;
    state = 'over';
    stopWatch();
    clearTimeout(handshake);
    reject(error);
    contexts.lose(error);
    return true;
  };
  const lose = (error: ParleyError) => {
    if (!end(error)) return;
    socket.terminate();
    onLost(error);
  };
  const close = () => {
    if (!end(closeFailure(ENDED, '', apiKey))) return;
    if (socket.readyState === WebSocket.OPEN) takeLeave(socket);
    else socket.terminate();
  };
  const closeUnheard = () => {
    if (state === 'retired' && !contexts.isHeard()) close();
  };
  const received = (data: Buffer) => {
    const messages = readMessage(data.toString('utf8'));
    if (messages === null) return lose(unreadable('a message that cannot be read'));
    for (const message of messages) {
      if (message.kind === 'error') return lose(messageFailure(message.reason, message.message, apiKey));
      if (message.kind !== 'other') contexts.received(message.context, message);
    }
    closeUnheard();
  };

  let reject: (error: ParleyError) => void = () => {};
  const opened = new Promise<void>((resolve, refuse) => {
    reject = refuse;
    socket.on('open', resolve);
  });
  // Whoever waits for it hears of it; when nobody does, that is no reason to bring the house down.
  opened.catch(() => {});
  const handshake = setTimeout(() => lose(silence(timeoutMs)), timeoutMs);
  socket.on('open', () => {
    clearTimeout(handshake);
    hasOpened = true;
    if (state === 'opening') state = 'open';
    const isUnanswered = () => lose(cutOff(new Error('it does not answer a ping'), apiKey));
    stopWatch = watch(socket, timings, () => state !== 'retired' && contexts.keepAlive(), isUnanswered);
  });
  socket.on('message', received);
  socket.on('unexpected-response', (_, response) => void refusal(response, apiKey, timeoutMs).then(lose));
  socket.on('error', (thrown) => lose(cutOff(thrown, apiKey)));
  socket.on('close', (code, reason) => lose(closeFailure(code, reason.toString('utf8'), apiKey)));

  return {
    voice,
    opened,
    hasOpened: () => hasOpened,
    isUsable: () => (state === 'opening' || state === 'open') && !contexts.isStuck(),
    hasRoom: () => contexts.count() < MOST_CONTEXTS,
    open(speed, listener) {
      const context = contexts.open(speed, listener);
      const leave = () => {
        context.leave();
        closeUnheard();
      };
      return { ...context, leave };
    },
    retire() {
      if (state === 'over') return;
      state = 'retired';
      closeUnheard();
    },
    close,
  };
}

/** A half that never comes from there must not keep ours: what was asked for is not wanted any more. */
function takeLeave(socket: WebSocket): void {
  socket.close(ENDED);
  const farewell = setTimeout(() => socket.terminate(), FAREWELL_MS);
  socket.once('close', () => clearTimeout(farewell));
}

/** Pings, and has contexts kept alive, until it is told to stop. */
function watch(socket: WebSocket, timings: Timings, keepAlive: () => void, unanswered: () => void): () => void {
  let isAnswered = true;
  const heard = () => {
    isAnswered = true;
  };
  socket.on('pong', heard);
  socket.on('message', heard);
  const pinging = setInterval(() => {
    if (!isAnswered) return unanswered();
    isAnswered = false;
    socket.ping();
  }, timings.pingMs);
  const keeping = setInterval(keepAlive, timings.keepAliveMs);
  return () => {
    clearInterval(pinging);
    clearInterval(keeping);
  };
}

/** Why the vendor did not take the socket: its answer, as far as it comes. */
async function refusal(response: IncomingMessage, apiKey: string, timeoutMs: number): Promise<ParleyError> {
  let text = '';
  const timer = setTimeout(() => response.destroy(), timeoutMs);
  try {
    for await (const chunk of response.setEncoding('utf8')) {
      text += chunk;
      if (text.length > LONGEST_BODY) break;
    }
  } catch {
    // The status says enough.
  } finally {
    clearTimeout(timer);
  }
  const retryAfter = response.headers['retry-after'] ?? null;
  return answerFailure({ status: response.statusCode ?? 0, body: jsonOf(text), retryAfter }, apiKey);
}
