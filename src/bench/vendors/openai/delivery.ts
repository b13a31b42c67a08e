/** Sends an answer at its pace, and goes wrong on the way if it has been told to. */
import type { ServerResponse } from 'node:http';
import { abortable } from '../../../flow.js';
import { type Fault, type Pace, pause } from '../faults.js';
import { refusalOf } from './refusals.js';

/** One request that is being answered. */
export interface Exchange {
  readonly response: ServerResponse;
  readonly pace: Pace;
  readonly fault: Fault | null;
  /** Aborts when the client has gone, or the vendor closes. */
  readonly signal: AbortSignal;
}

export type Outcome = 'done' | 'refused' | 'broken';

/** A server-sent event. Faults count pieces; the head goes before the first, and the tail behind the last of them. */
export interface Piece {
  readonly kind: 'head' | 'piece' | 'tail';
  readonly data: string | Buffer;
}

/** An error in mid-stream comes after so many pieces. */
const IN_STREAM_AFTER = 2;
/** A whole answer that goes wrong is sent in pieces of so many bytes. */
const WHOLE_PIECE = 32;
/** Neither JSON nor text. */
const GARBAGE = Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x00, 0x80, 0x3c, 0x2f, 0x7d]);

export function event(kind: Piece['kind'], value: object): Piece {
  return { kind, data: `data: ${JSON.stringify(value)}\n\n` };
}

/** As server-sent events. */
export async function sendEvents(exchange: Exchange, pieces: AsyncIterable<Piece>): Promise<Outcome> {
  return await sendPieces(exchange, 'text/event-stream; charset=utf-8', pieces, 'data: ');
}

/** In one piece, unless it is to go wrong. Throws Refused for a fault that only a stream can have. */
export async function sendWhole(exchange: Exchange, type: string, body: string): Promise<Outcome> {
  const { response, fault, pace, signal } = exchange;
  if (fault?.kind === 'status') throw refusalOf(fault);
  if (fault !== null) return await sendPieces(exchange, type, bytesOf(body), '');
  await pause(pace, 0, fault, signal);
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  await finish(response, body, signal);
  return 'done';
}

export const sendJson = (exchange: Exchange, body: object): Promise<Outcome> =>
  sendWhole(exchange, 'application/json', JSON.stringify(body));

async function* bytesOf(body: string): AsyncGenerator<Piece, void, undefined> {
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += WHOLE_PIECE) {
    yield { kind: 'piece', data: bytes.subarray(at, at + WHOLE_PIECE) };
  }
  yield { kind: 'tail', data: '' };
}

async function sendPieces(
  exchange: Exchange,
  type: string,
  pieces: AsyncIterable<Piece>,
  before: string,
): Promise<Outcome> {
  const { response, pace, fault, signal } = exchange;
  await pause(pace, 0, fault, signal);
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' });
  // An answer that stalls at once has begun all the same.
  response.flushHeaders();
  let sent = 0;
  for await (const { kind, data } of pieces) {
    if (kind !== 'head' && isDue(fault, kind, sent)) return await goWrong(exchange, fault!, before);
    if (kind === 'piece') {
      if (sent > 0) await pause(pace, sent, fault, signal);
      sent += 1;
    }
    if (data.length > 0) await write(response, data, signal);
  }
  await finish(response, '', signal);
  return 'done';
}

/** An answer that has fewer pieces than the fault lets through goes wrong before its end. */
function isDue(fault: Fault | null, kind: 'piece' | 'tail', sent: number): boolean {
  const after = lettingThrough(fault);
  return after !== null && (kind === 'tail' || sent >= after);
}

function lettingThrough(fault: Fault | null): number | null {
  if (fault === null) return null;
  if (fault.kind === 'status') return IN_STREAM_AFTER;
  return 'after' in fault ? fault.after : null;
}

async function goWrong({ response, signal }: Exchange, fault: Fault, before: string): Promise<Outcome> {
  switch (fault.kind) {
    case 'cut':
      response.destroy();
      return 'broken';
    case 'garbage':
      await write(response, before, signal);
      await write(response, GARBAGE, signal);
      await finish(response, '\n\n', signal);
      return 'broken';
    case 'status':
      await finish(response, event('tail', { error: refusalOf(fault).error }).data, signal);
      return 'refused';
    default:
      return await silence(signal);
  }
}

/** Says nothing until the client goes away. */
export function silence(signal: AbortSignal): Promise<never> {
  return abortable(new Promise<never>(() => {}), signal);
}

function write(response: ServerResponse, data: string | Buffer, signal: AbortSignal): Promise<void> {
  return abortable(
    new Promise((resolve, reject) => {
      response.write(data, (error) => (error ? reject(error) : resolve()));
    }),
    signal,
  );
}

function finish(response: ServerResponse, data: string | Buffer, signal: AbortSignal): Promise<void> {
  return abortable(new Promise((resolve) => void response.end(data, () => resolve())), signal);
}
