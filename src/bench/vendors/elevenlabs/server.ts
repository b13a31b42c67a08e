/**
 * ElevenLabs, simulated: its HTTP endpoints for speech and its socket for many contexts, on loopback. What it says is
 * really spoken, by the engine it is given; everything else is as strict as the vendor, or stricter.
 */
import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import type { TtsEngine } from '../../../engines/contract.js';
import { faultPlan } from '../faults.js';
import type { Vendor } from '../vendor.js';
import { type Account, streams } from './account.js';
import { type VendorModel, vendorModels, vendorVoices } from './catalogue.js';
import { accountVoices } from './cloning.js';
import { addressOf, answerRequest, keyOf } from './http.js';
import { type Endpoint, ledger, type Paces } from './ledger.js';
import { faultRefusal, type Refusal, refusal } from './refusals.js';
import { serveSocket } from './socket.js';
import { bearer, socketSetup } from './socket-query.js';
import { wire } from './wire.js';

export interface ElevenLabsVendorOptions {
  /** 0: any free one. */
  readonly port?: number;
  /** The key that is right; without it, any. */
  readonly key?: string;
  readonly speak: TtsEngine;
  readonly pace: Paces;
  readonly models?: readonly VendorModel[];
  /** How many texts it speaks at once. */
  readonly concurrency?: number;
  /** How many voices of its own the account may have. */
  readonly ownVoices?: number;
  readonly log: Logger;
}

const SOCKET = /^\/v1\/text-to-speech\/([^/]+)\/multi-stream-input$/;

export async function startElevenLabsVendor(options: ElevenLabsVendorOptions): Promise<Vendor<Endpoint>> {
  const { port = 0, key, speak, pace, models = vendorModels, log } = options;
  const { concurrency = Number.POSITIVE_INFINITY, ownVoices = 30 } = options;
  const account: Account = {
    speak,
    pace,
    models,
    voices: accountVoices(vendorVoices, ownVoices),
    log,
    faults: faultPlan<Endpoint>(),
    ledger: ledger(),
    streams: streams(concurrency),
    takesKey: (given) => (key === undefined ? given !== '' : given === key),
  };
  const server = createServer((request, response) => void answerRequest(account, request, response));
  // Pings are answered by hand: a socket that is half open does not.
  const sockets = new WebSocketServer({ noServer: true, autoPong: false });
  server.on('upgrade', (request, stream, head) => upgrade(account, sockets, request, stream, head));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults: account.faults,
    requests: account.ledger.requests,
    open: account.ledger.open,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function upgrade(
  account: Account,
  sockets: WebSocketServer,
  request: IncomingMessage,
  stream: Duplex,
  head: Buffer,
): void {
  const { pathname, searchParams } = addressOf(request);
  const voice = SOCKET.exec(pathname)?.[1];
  if (voice === undefined) {
    refuseUpgrade(stream, refusal(404, 'not_found', `There is no socket ${pathname}.`));
    return;
  }
  const asked = { kind: 'socket', voice, query: Object.fromEntries(searchParams) };
  const fault = account.faults.take('socket');
  if (fault?.kind === 'status') {
    account.ledger.add('socket', asked).end('refused');
    refuseUpgrade(stream, faultRefusal(fault));
    return;
  }
  sockets.handleUpgrade(request, stream, head, (socket) => {
    const entry = account.ledger.add('socket', asked);
    // What a socket breaks with is followed by its close.
    socket.on('error', () => {});
    if (fault?.kind === 'half_open') {
      // Nothing is read, answered or ever said.
      socket.on('close', () => entry.end('left'));
      return;
    }
    socket.on('ping', (data) => socket.pong(data));
    const way = wire(socket, () => entry.end('broken'));
    if (fault !== null) way.spoil(fault);
    const setup = socketSetup(voice, searchParams, account);
    const key = keyOf(request) ?? bearer(request.headers.authorization);
    serveSocket({ account, socket, wire: way, entry, setup, key });
  });
}

function refuseUpgrade(stream: Duplex, { status, headers, body }: Refusal): void {
  const json = JSON.stringify(body);
  const fields = {
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(json),
    connection: 'close',
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${json}`);
}
