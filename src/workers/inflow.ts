/**
 * The receiving half of one direction of one stream: holds at most what was granted and grants more as the reader
 * really takes chunks. Both ends of the wire use it, Parley for a stream's output and a Node worker for its input.
 */
import { Queue } from '../flow.js';
import { WireError } from './frames.js';

export interface Chunk {
  readonly data: Record<string, unknown>;
  readonly body: Uint8Array;
}

/** Stands in the queue behind the chunks that came before the failure, so that those are still read. */
interface Failure {
  readonly failure: unknown;
}

export class Inflow implements AsyncIterable<Chunk> {
  readonly #queue: Queue<Chunk | Failure>;
  readonly #window: number;
  readonly #grant: (chunks: number) => void;
  /** Chunks that the peer may still send. */
  #open: number;
  /** Chunks taken by the reader and not granted again yet. */
  #taken = 0;

  /** `window` chunks count as granted already. */
  constructor(window: number, grant: (chunks: number) => void) {
    this.#queue = new Queue(window, (item) => ('failure' in item ? 0 : 1));
    this.#window = window;
    this.#grant = grant;
    this.#open = window;
  }

  receive(chunk: Chunk): void {
    if (this.#open === 0) throw new WireError('a chunk beyond the credit that was granted');
    this.#open -= 1;
    this.#queue.offer(chunk);
  }

  /** No more chunks; those received are still read. */
  end(): void {
    this.#queue.close();
  }

  /** The same, but the reader gets `failure` behind the last chunk. */
  endWith(failure: unknown): void {
    this.#queue.offer({ failure });
    this.#queue.close();
  }

  /** At once: chunks that nobody has read are dropped. */
  fail(reason: unknown): void {
    this.#queue.fail(reason);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Chunk, void, undefined> {
    for await (const item of this.#queue) {
      if ('failure' in item) throw item.failure;
      this.#take();
      yield item;
    }
  }

  /** Granted by half windows: one message for several chunks, and the sender never runs dry meanwhile. */
  #take(): void {
    this.#taken += 1;
    if (this.#taken < Math.max(1, Math.floor(this.#window / 2))) return;
    this.#open += this.#taken;
    const chunks = this.#taken;
    this.#taken = 0;
    this.#grant(chunks);
  }
}
