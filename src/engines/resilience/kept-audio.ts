/**
 * An utterance's audio, kept while it is being heard: if the process that hears it dies, another one hears it from the
 * beginning. The source is read once, and no faster than its readers ask.
 */

export interface KeptAudio {
  /** From the beginning. Once part of it was let go, there is no second time. */
  play(): AsyncIterable<Int16Array>;
  /** Whether another reader would get all of it. */
  readonly isWhole: boolean;
  /** Nobody reads it any more. */
  leave(): void;
}

/** Keeps up to `most` samples; of a longer utterance nothing is kept, only passed on. One reader at a time. */
export function keepAudio(source: AsyncIterable<Int16Array>, most: number): KeptAudio {
  const pieces = source[Symbol.asyncIterator]();
  const kept: Int16Array[] = [];
  /** How many pieces came before the first of `kept`. */
  let gone = 0;
  let samples = 0;
  let state: 'open' | 'ended' | 'failed' = 'open';
  let reading: Promise<void> | undefined;

  const take = ({ done, value }: IteratorResult<Int16Array, unknown>) => {
    reading = undefined;
    if (done === true) {
      state = 'ended';
    } else {
      kept.push(value);
      samples += value.length;
    }
  };
  // A reader that left may have been waiting for a piece; the next one waits for the same.
  const more = () => {
    reading ??= pieces.next().then(take, (reason) => {
      state = 'failed';
      throw reason;
    });
    return reading;
  };

  async function* play(): AsyncGenerator<Int16Array, void, undefined> {
    for (let at = 0; ; at += 1) {
      while (at === gone + kept.length && state !== 'ended') await more();
      const piece = kept[at - gone];
      if (piece === undefined) return;
      if (samples > most) {
        kept.splice(0, at - gone);
        gone = at;
      }
      yield piece;
    }
  }

  return {
    play,
    get isWhole() {
      return gone === 0 && state !== 'failed';
    },
    leave() {
      kept.length = 0;
      // Not waited for: it may be deep in a wait that only its own signal ends.
      pieces.return?.().then(undefined, () => {});
    },
  };
}
