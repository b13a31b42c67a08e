/** A source that can be read from its beginning once more. It keeps all that it has given: for the phrases of an answer. */
export interface Rereadable<T> {
  /** From the first item. What a reader that leaves was waiting for is the next one's. */
  read(): AsyncGenerator<T, void, undefined>;
  /** Tells the source that nobody reads on. */
  leave(): void;
}

export function rereadable<T>(items: AsyncIterable<T>): Rereadable<T> {
  const source = items[Symbol.asyncIterator]();
  const kept: T[] = [];
  let isOver = false;
  /** What the source ended with, for whoever reads again: it would say that it has ended well. */
  let failure: { readonly thrown: unknown } | null = null;
  let pending: Promise<void> | null = null;

  const more = async () => {
    try {
      const next = await source.next();
      if (next.done === true) isOver = true;
      else kept.push(next.value);
    } catch (thrown) {
      failure = { thrown };
    } finally {
      pending = null;
    }
  };
  return {
    async *read() {
      for (let at = 0; ; at += 1) {
        while (at >= kept.length && !isOver && failure === null) {
          pending ??= more();
          await pending;
        }
        if (at >= kept.length && failure !== null) throw failure.thrown;
        if (at >= kept.length) return;
        yield kept[at] as T;
      }
    },
    leave: () => void source.return?.().then(undefined, () => {}),
  };
}
