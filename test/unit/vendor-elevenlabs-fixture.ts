/** A simulated ElevenLabs that answers without delay, and a client that keeps what a socket says. */
import { once } from 'node:events';
import { ElevenLabsClient } from 'elevenlabs';
import { expect, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type ElevenLabsVendorOptions, startElevenLabsVendor } from '../../src/bench/vendors/elevenlabs/server.js';
import type { TtsEngine } from '../../src/engines/contract.js';
import { silentLog, steadyTts } from '../fixtures/engines.js';

export const RACHEL = '21m00Tcm4TlvDq8ikWAM';
export const KEY = 'the-right-key';

const now = { firstMs: 0, everyMs: 0, jitter: 0 };
export const AT_ONCE = { voices: now, speech: now, socket: now };

export async function vendor(options: Partial<ElevenLabsVendorOptions> = {}, keys: 'one' | 'any' = 'one') {
  const started = await startElevenLabsVendor({
    ...(keys === 'one' ? { key: KEY } : {}),
    speak: steadyTts().engine,
    pace: AT_ONCE,
    log: silentLog,
    ...options,
  });
  onTestFinished(() => started.close());
  return started;
}

export type StartedVendor = Awaited<ReturnType<typeof vendor>>;

export const sdk = ({ url }: StartedVendor, apiKey = KEY) =>
  new ElevenLabsClient({ apiKey, baseUrl: url, maxRetries: 0, timeoutInSeconds: 20 });

/** Speech over HTTP with any body at all. */
export const post = ({ url }: StartedVendor, path: string, body: unknown, signal?: AbortSignal) =>
  fetch(`${url}/v1/text-to-speech/${path}`, {
    method: 'POST',
    headers: { 'xi-api-key': KEY, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });

/** A voice that gives its first 200 ms, and the rest when it is told to go on. */
export function haltingTts() {
  let goOn = () => {};
  const released = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const { engine } = steadyTts();
  let stopped = 0;
  const halting: TtsEngine = {
    ...engine,
    run: async function* (phrases, options, context) {
      let pieces = 0;
      try {
        for await (const speech of engine.run(phrases, options, context)) {
          yield speech;
          pieces += 1;
          if (pieces === 8) {
            await Promise.race([released, once(context.signal, 'abort')]);
            context.signal.throwIfAborted();
          }
        }
      } finally {
        if (context.signal.aborted) stopped += 1;
      }
    },
  };
  return { engine: halting, goOn: () => goOn(), stopped: () => stopped };
}

export interface Heard {
  readonly audio?: string;
  readonly alignment?: {
    readonly chars: string[];
    readonly charStartTimesMs: number[];
    readonly charDurationsMs: number[];
  } | null;
  readonly contextId?: string;
  readonly isFinal?: boolean;
  readonly error?: string;
  readonly message?: string;
  readonly code?: number;
}

export interface Talk {
  readonly socket: WebSocket;
  /** What came that was JSON. */
  readonly heard: Heard[];
  /** What came that was none. */
  readonly noise: string[];
  say(message: object | string): void;
  /** Waits for a message. */
  hear(which: (message: Heard) => boolean): Promise<Heard>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

export const SOCKET = { model_id: 'eleven_flash_v2_5', output_format: 'pcm_24000', auto_mode: 'true' };

export async function talk(
  { url }: StartedVendor,
  query: Record<string, string> = SOCKET,
  headers: Record<string, string> = { 'xi-api-key': KEY },
  voice = RACHEL,
): Promise<Talk> {
  const search = new URLSearchParams(query);
  const socket = new WebSocket(`${url}/v1/text-to-speech/${voice}/multi-stream-input?${search}`, { headers });
  onTestFinished(() => socket.terminate());
  const heard: Heard[] = [];
  const noise: string[] = [];
  socket.on('message', (data) => {
    try {
      heard.push(JSON.parse(String(data)));
    } catch {
      noise.push(String(data));
    }
  });
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  await once(socket, 'open');
  socket.on('error', () => {});
  return {
    socket,
    heard,
    noise,
    closed,
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async hear(which) {
      await expect.poll(() => heard.some(which)).toBe(true);
      return heard.find(which)!;
    },
  };
}

/** The answer to a request to open a socket that is not opened. */
export async function refusedUpgrade({
  url,
}: StartedVendor): Promise<{ status: number; headers: Record<string, unknown>; body: unknown }> {
  const socket = new WebSocket(`${url}/v1/text-to-speech/${RACHEL}/multi-stream-input`, {
    headers: { 'xi-api-key': KEY },
  });
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part);
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(Buffer.concat(parts).toString()) };
}

export const samplesIn = (messages: readonly Heard[]): Int16Array => {
  const bytes = Buffer.concat(messages.map(({ audio }) => Buffer.from(audio ?? '', 'base64')));
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

export const audioOf = (heard: readonly Heard[], context: string): Heard[] =>
  heard.filter(({ audio, contextId }) => audio !== undefined && contextId === context);

/** The socket and its contexts by their names, and what became of each. */
export const socketStates = ({ requests }: StartedVendor): string[] =>
  requests.map(({ body, state }) => {
    const { kind, context } = body as { kind: string; context?: string };
    return `${context ?? kind} ${state}`;
  });

/** 800 ms with the steady voice: five pieces of 160 ms, in PCM at 24 kHz. */
export const TEXT = 'Exactly forty characters, as it stands. ';
export const PIECE_BYTES = 160 * 24 * 2;
export const speech = { text: TEXT, model_id: 'eleven_flash_v2_5' };
export const PCM = `${RACHEL}/stream?output_format=pcm_24000`;

/** Reads until so many bytes have come, or the end. */
export async function read(response: Response, bytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    parts.push(part);
    length += part.length;
    if (length >= bytes) break;
  }
  return Buffer.concat(parts);
}
