/**
 * The only concurrency tools of the house. Everything that waits does so through one of these, every queue has a bound,
 * and every wait ends when its AbortSignal does.
 */
import { type Code, ParleyError } from './errors.js';

/** Rejects with the signal's reason as soon as it aborts; otherwise settles as the promise does. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const leave = () => signal.removeEventListener('abort', onAbort);
    promise.then(
      (value) => {
        leave();
        resolve(value);
      },
      (thrown) => {
        leave();
        reject(thrown);
      },
    );
  });
}

/**
 * What the source gives, until the signal aborts: then its reader gets the reason at once. It has one reader, which asks for
 * one item at a time, and listens to the signal once for all of them. A source that is left early is told to stop, but not
 * waited for: it may be deep in a wait that only its own signal ends.
 */
export function itemsUntil<T>(source: AsyncIterable<T>, signal: AbortSignal): Items<T> {
  const items = source[Symbol.asyncIterator]();
  let isOver = false;
  let settle = (_over: Over) => {};
  const end = () => {
    isOver = true;
    signal.removeEventListener('abort', onAbort);
  };
  const leave = (over: Over) => {
    if (isOver) return;
    end();
    settle(over);
    items.return?.().then(undefined, () => {});
  };
  const onAbort = () => leave({ reason: signal.reason });
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (signal.aborted) {
        onAbort();
        return Promise.reject(signal.reason);
      }
      if (isOver) return Promise.resolve(NO_MORE);
      return new Promise((resolve, reject) => {
        settle = (over) => (over === 'left' ? resolve(NO_MORE) : reject(over.reason));
        items.next().then(
          (next) => {
            if (next.done === true) end();
            resolve(next.done === true ? NO_MORE : next);
          },
          (thrown) => {
            end();
            reject(thrown);
          },
        );
      });
    },
    return() {
      leave('left');
      return Promise.resolve(NO_MORE);
    },
  };
}

/** It is left before its end: by its reader, or because the signal has aborted. */
type Over = 'left' | { readonly reason: unknown };

const NO_MORE = { done: true, value: undefined } as const;

export interface Items<T> extends AsyncIterableIterator<T, void, undefined> {
  return(): Promise<IteratorReturnResult<void>>;
}

/** Waits `ms` milliseconds, or rejects with the signal's reason. */
export function delay(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** The promise, or a ParleyError with this code after `ms` milliseconds. */
export async function within<T>(promise: Promise<T>, ms: number, code: Code, detail: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ParleyError(code, detail)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the promise gives, or `late` if that takes longer than `ms` milliseconds. The promise goes on. */
export async function orLate<T>(promise: Promise<T>, ms: number): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, ms, 'late');
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface Waiter {
  resolve(): void;
  reject(reason: unknown): void;
}

/**
 * A bounded first-in-first-out queue that is read by one `for await`. `bound` is in the unit of `weigh`: items by
 * default, milliseconds of audio where that is what must not pile up. An empty queue takes one item of any weight.
 */
export class Queue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #bound: number;
  readonly #weigh: (item: T) => number;
  #weight = 0;
  #end: { reason: unknown } | 'closed' | undefined;
  #reader: Waiter | undefined;
  readonly #writers: Waiter[] = [];

  constructor(bound: number, weigh: (item: T) => number = () => 1) {
    this.#bound = bound;
    this.#weigh = weigh;
  }

  get weight(): number {
    return this.#weight;
  }

  /** Takes the item if there is room. A closed queue takes nothing and says so. */
  offer(item: T): boolean {
    if (this.#end !== undefined || !this.#hasRoomFor(item)) return false;
    this.#put(item);
    return true;
  }

  /** Waits until there is room. Resolves to false if the queue was closed instead. */
  async push(item: T, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    while (this.#end === undefined && !this.#hasRoomFor(item)) {
      let waiter: Waiter | undefined;
      const room = new Promise<void>((resolve, reject) => {
        waiter = { resolve, reject };
        this.#writers.push(waiter);
      });
      try {
        await abortable(room, signal);
      } finally {
        if (waiter !== undefined && this.#writers.includes(waiter)) {
          this.#writers.splice(this.#writers.indexOf(waiter), 1);
        }
      }
    }
    if (this.#end !== undefined) return false;
    this.#put(item);
    return true;
  }

  /** No more items; what is queued is still read. */
  close(): void {
    this.#finish('closed');
  }

  /** What is queued is dropped; the reader gets the reason. */
  fail(reason: unknown): void {
    if (typeof this.#end === 'object') return;
    this.#items.length = 0;
    this.#weight = 0;
    // Also over a queue that was closed: what lies in it must not outlive the turn that it was made for.
    this.#end = { reason };
    this.#finish(this.#end);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        if (this.#items.length > 0) {
          const item = this.#items.shift() as T;
          this.#weight -= this.#weigh(item);
          this.#wakeWriters();
          yield item;
        } else if (this.#end === 'closed') {
          return;
        } else if (this.#end !== undefined) {
          throw this.#end.reason;
        } else {
          await new Promise<void>((resolve, reject) => {
            this.#reader = { resolve, reject };
          });
        }
      }
    } finally {
      // A reader that leaves early must not leave writers waiting for room that will never come.
      this.#items.length = 0;
      this.#weight = 0;
      this.#finish('closed');
    }
  }

  #hasRoomFor(item: T): boolean {
    return this.#items.length === 0 || this.#weight + this.#weigh(item) <= this.#bound;
  }

  #put(item: T): void {
    this.#items.push(item);
    this.#weight += this.#weigh(item);
    this.#wakeReader();
  }

  #finish(end: { reason: unknown } | 'closed'): void {
    this.#end ??= end;
    this.#wakeReader();
    this.#wakeWriters();
  }

  /** All of them: each looks again whether its own item fits. */
  #wakeWriters(): void {
    for (const writer of this.#writers.splice(0)) writer.resolve();
  }

  #wakeReader(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.resolve();
  }
}

/** The items of both as they come. When both have one ready, `first` goes first; of each, one item is read ahead. */
export async function* merge<A, B>(
  first: AsyncIterable<A>,
  second: AsyncIterable<B>,
): AsyncGenerator<A | B, void, undefined> {
  const read = <T>(reader: AsyncIterator<T>) => {
    const next = reader.next().then((result) => ({ reader, result }));
    // When the other one throws, or our reader leaves, this item has nobody left to catch its error.
    next.catch(() => {});
    return next;
  };
  const readers = [first[Symbol.asyncIterator](), second[Symbol.asyncIterator]()] as const;
  const pending = new Map<AsyncIterator<A | B>, ReturnType<typeof read<A | B>>>(
    readers.map((reader) => [reader, read<A | B>(reader)]),
  );
  while (pending.size > 0) {
    const { reader, result } = await Promise.race(pending.values());
    if (result.done === true) {
      pending.delete(reader);
    } else {
      yield result.value;
      pending.set(reader, read(reader));
    }
  }
}

/** Wakes whoever waits for something to change; what changed is for them to look up. */
export class Bell {
  readonly #waiting = new Set<() => void>();

  ring(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /** True when it rang within `ms`, false when it did not. */
  rung(ms: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const over = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.#waiting.delete(wake);
      };
      const settle = (rang: boolean) => {
        over();
        resolve(rang);
      };
      const wake = () => settle(true);
      const onAbort = () => {
        over();
        reject(signal.reason);
      };
      const timer = setTimeout(settle, ms, false);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(wake);
    });
  }
}
