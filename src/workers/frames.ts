/**
 * The bytes between Parley and a worker process: `u32 header length | u32 body length | JSON header | body`, little
 * endian. Pure: knows nothing of messages, streams or processes. python/parley_workers/frames.py is its twin, and
 * test/fixtures/worker-frames holds both to the same bytes.
 */

export const MAX_HEADER_BYTES = 64 * 1024;
/** Ten seconds of speech at 24 kHz are half of this; anything longer belongs into several chunks. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** No message needs more than eight levels; recursive JSON readers give up somewhere beyond a thousand. */
const MAX_DEPTH = 64;
const LENGTHS = 8;
const NO_BYTES = new Uint8Array(0);

export interface Frame {
  readonly header: Record<string, unknown>;
  readonly body: Uint8Array;
}

/** The wire's rules are broken: by the peer when it comes out of reading, by ourselves when it comes out of encoding. */
export class WireError extends Error {
  override name = 'WireError';
}

/** One frame in one buffer, a copy of everything. Throws WireError if the peer would have to refuse it. */
export function encodeFrame(header: object, body: Uint8Array = NO_BYTES): Uint8Array {
  const json = new TextEncoder().encode(stringify(header));
  checkLengths(json.byteLength, body.byteLength);
  checkDepth(json);
  const bytes = new Uint8Array(LENGTHS + json.byteLength + body.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, json.byteLength, true);
  view.setUint32(4, body.byteLength, true);
  bytes.set(json, LENGTHS);
  bytes.set(body, LENGTHS + json.byteLength);
  return bytes;
}

/** What is being collected: the buffer fills up, then the next stage begins. */
type Stage =
  | { readonly kind: 'lengths'; readonly buffer: Uint8Array }
  | { readonly kind: 'header'; readonly buffer: Uint8Array; readonly bodyBytes: number }
  | { readonly kind: 'body'; readonly buffer: Uint8Array; readonly header: Record<string, unknown> };

/**
 * Turns reads of any size into frames. Lengths are checked before anything is reserved for them. After the first
 * WireError it gives nothing more: where one frame is wrong, nobody knows where the next one begins.
 */
export class FrameDecoder {
  #stage: Stage = { kind: 'lengths', buffer: new Uint8Array(LENGTHS) };
  #filled = 0;
  #broken: WireError | undefined;

  /** A generator, so that frames in front of a broken one still reach the reader. */
  *push(bytes: Uint8Array): Generator<Frame, void, undefined> {
    let taken = 0;
    for (;;) {
      if (this.#broken !== undefined) throw this.#broken;
      const { buffer } = this.#stage;
      const count = Math.min(buffer.byteLength - this.#filled, bytes.byteLength - taken);
      buffer.set(bytes.subarray(taken, taken + count), this.#filled);
      this.#filled += count;
      taken += count;
      if (this.#filled < buffer.byteLength) return;
      const frame = this.#advance();
      if (frame !== undefined) yield frame;
    }
  }

  /** To be called when the bytes end. Throws WireError if they end inside a frame. */
  end(): void {
    if (this.#broken !== undefined) throw this.#broken;
    if (this.#stage.kind === 'lengths' && this.#filled === 0) return;
    throw new WireError(`the bytes end inside a frame (${this.#filled} bytes into its ${this.#stage.kind})`);
  }

  #advance(): Frame | undefined {
    const stage = this.#stage;
    this.#filled = 0;
    try {
      switch (stage.kind) {
        case 'lengths': {
          const view = new DataView(stage.buffer.buffer);
          const headerBytes = view.getUint32(0, true);
          const bodyBytes = view.getUint32(4, true);
          checkLengths(headerBytes, bodyBytes);
          this.#stage = { kind: 'header', buffer: new Uint8Array(headerBytes), bodyBytes };
          return undefined;
        }
        case 'header':
          this.#stage = { kind: 'body', buffer: new Uint8Array(stage.bodyBytes), header: parseHeader(stage.buffer) };
          return undefined;
        case 'body':
          this.#stage = { kind: 'lengths', buffer: new Uint8Array(LENGTHS) };
          return { header: stage.header, body: stage.buffer };
      }
    } catch (error) {
      if (error instanceof WireError) this.#broken = error;
      throw error;
    }
  }
}

function stringify(header: object): string {
  try {
    return JSON.stringify(header);
  } catch (error) {
    throw new WireError(`the header cannot be written as JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function checkLengths(headerBytes: number, bodyBytes: number): void {
  if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES) {
    throw new WireError(`a header of ${headerBytes} bytes; it has 2 to ${MAX_HEADER_BYTES}`);
  }
  if (bodyBytes > MAX_BODY_BYTES) throw new WireError(`a body of ${bodyBytes} bytes; at most ${MAX_BODY_BYTES}`);
}

/** Counts brackets outside strings, before a recursive reader (Python's) or writer (V8's) sees them. */
function checkDepth(json: Uint8Array): void {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < json.byteLength; index += 1) {
    const byte = json[index];
    if (inString) {
      if (byte === 0x5c) index += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) {
      inString = true;
    } else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > MAX_DEPTH) throw new WireError(`a header nested more than ${MAX_DEPTH} levels deep`);
    } else if (byte === 0x5d || byte === 0x7d) {
      depth -= 1;
    }
  }
}

function parseHeader(json: Uint8Array): Record<string, unknown> {
  checkDepth(json);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json));
  } catch (error) {
    throw new WireError(`the header is not JSON in UTF-8: ${error instanceof Error ? error.message : error}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WireError('the header is not a JSON object');
  }
  return value as Record<string, unknown>;
}
