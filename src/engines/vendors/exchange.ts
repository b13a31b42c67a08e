/** One request over HTTP/1.1 by Node's own client, and its answer as `fetch` would give it. No redirect is followed. */
import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { pipeline, type Readable, type Transform } from 'node:stream';
import type { ReadableStreamDefaultController } from 'node:stream/web';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface Asked {
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array | null;
  readonly signal: AbortSignal | null;
}

/** What becomes of the connection over which something is asked. */
export interface Line {
  /** It has one. */
  taken(socket: Socket): void;
  answered(): void;
  /** The answer is not wanted any more, and HTTP/1.1 has no other way to say so than to cut the connection. */
  cut(): void;
  /** It needs it no longer. */
  over(): void;
}

/** Rejects as `fetch` does: with the signal's reason, or with a TypeError whose cause says what happened. */
export function exchange(url: URL, asked: Asked, agent: Agent, line: Line): Promise<Response> {
  const { signal } = asked;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = requestTo(url, asked, agent);
    let answer: IncomingMessage | null = null;
    const onAbort = () => {
      line.cut();
      reject(signal?.reason);
      (answer ?? request).destroy(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    request.once('socket', line.taken);
    request.once('close', () => {
      signal?.removeEventListener('abort', onAbort);
      line.over();
      // Where there was an answer, or an error, this says nothing.
      reject(new TypeError('fetch failed', { cause: new Error('closed without an answer') }));
    });
    request.on('error', (cause) => reject(new TypeError('fetch failed', { cause })));
    request.once('response', (incoming) => {
      answer = incoming;
      line.answered();
      try {
        resolve(responseOf(incoming, signal, line.cut));
      } catch (cause) {
        incoming.destroy();
        reject(new TypeError('fetch failed', { cause }));
      }
    });
    request.end(asked.body ?? undefined);
  });
}

function requestTo(url: URL, { method, headers }: Asked, agent: Agent): ClientRequest {
  const ask = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return ask(url, { agent, method, headers: { 'accept-encoding': 'identity', ...Object.fromEntries(headers) } });
}

/** These have no body, and a `Response` takes none for them. */
const WITHOUT_BODY = new Set([204, 205, 304]);

function responseOf(incoming: IncomingMessage, signal: AbortSignal | null, onCancel: () => void): Response {
  const { statusCode: status = 0, statusMessage: statusText = '', headersDistinct } = incoming;
  const headers = new Headers();
  for (const [name, values] of Object.entries(headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const hasBody = !WITHOUT_BODY.has(status);
  const response = new Response(hasBody ? bodyOf(incoming, signal, onCancel) : null, { status, statusText, headers });
  if (!hasBody) incoming.resume();
  return response;
}

/** Some front ends compress whatever they are asked. */
function plain(incoming: IncomingMessage): Readable {
  const decoder = DECODERS[incoming.headers['content-encoding']?.toLowerCase() ?? '']?.();
  // What goes wrong shows in the decoder.
  return decoder === undefined ? incoming : pipeline(incoming, decoder, () => {});
}

const DECODERS: Readonly<Partial<Record<string, () => Transform>>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** So much of an answer waits for its reader. */
const UNREAD_BYTES = 64 * 1024;

function bodyOf(
  incoming: IncomingMessage,
  signal: AbortSignal | null,
  onCancel: () => void,
): ReadableStream<Uint8Array> {
  const body = plain(incoming);
  const source = {
    start(controller: ReadableStreamDefaultController<Uint8Array>) {
      body.on('data', (chunk: Buffer) => {
        controller.enqueue(chunk);
        if ((controller.desiredSize ?? 0) <= 0) body.pause();
      });
      body.once('end', () => controller.close());
      body.on('error', (cause) =>
        controller.error(signal?.aborted ? signal.reason : new TypeError('terminated', { cause })),
      );
    },
    pull() {
      body.resume();
    },
    cancel() {
      if (!incoming.complete) onCancel();
      incoming.destroy();
    },
  };
  return new ReadableStream(source, { highWaterMark: UNREAD_BYTES, size: (chunk) => chunk?.byteLength ?? 0 });
}
