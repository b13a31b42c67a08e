/** The listener of a server that speaks TLS. */
import {
  createServer as createPlainServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TlsPair } from './certificate.js';

/** The first byte of whoever speaks TLS: the type of a handshake record. */
const HANDSHAKE = 22;
/** For the first byte and all of a plain request, and for a handshake: less than a server waits that shuts down. */
const PLAIN_MS = 3000;
const HANDSHAKE_MS = 3000;
/** A page that loads one thing more after a minute should not shake hands again. */
const KEEP_ALIVE_MS = 72_000;

/** HTTP/1.1 alone, for WebSockets need it. */
export function createSecureServer(pair: TlsPair, onRequest: RequestListener): Server {
  const server = createServer({ ...pair, handshakeTimeout: HANDSHAKE_MS }, onRequest);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  leadPlainRequestsOn(server);
  return server;
}

/**
 * Somebody who types an address leaves out the "https", and would see an empty page. So the first byte of a connection
 * decides who gets it: TLS, or a server of two lines that names the right address.
 */
function leadPlainRequestsOn(server: Server): void {
  const plain = createPlainServer(nameTheAddress);
  const secure = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const drop = () => socket.destroy();
    const late = setTimeout(drop, PLAIN_MS);
    socket.once('close', () => clearTimeout(late));
    socket.on('error', drop);
    socket.once('readable', () => {
      const first: Buffer | null = socket.read(1);
      if (first === null) return drop();
      socket.off('error', drop);
      socket.unshift(first);
      if (first[0] !== HANDSHAKE) return void plain.emit('connection', socket);
      clearTimeout(late);
      for (const take of secure) take.call(server, socket);
    });
  });
}

/** 307: unlike 308, it is forgotten when this server goes back to plain HTTP. */
function nameTheAddress({ headers, url }: IncomingMessage, response: ServerResponse): void {
  const host = /^[\w.:[\]-]+$/.exec(headers.host ?? '')?.[0];
  const isPath = url?.startsWith('/') === true;
  const head = { 'content-type': 'text/plain', 'cache-control': 'no-store', connection: 'close' };
  if (host === undefined || !isPath) return void response.writeHead(400, head).end('This server speaks https.\n');
  const location = `https://${host}${url}`;
  response.writeHead(307, { ...head, location }).end(`This server speaks https: ${location}\n`);
}
