/** Speaks a text, and cuts the speech into the pieces in which it is sent, each with the characters that sound in it. */
import { msToSamples, samplesToMs } from '../../../audio/pcm.js';
import type { EngineContext, Phrase, TtsEngine } from '../../../engines/contract.js';
import { characterClock, type TimedCharacter } from './character-times.js';
import type { OutputFormat } from './formats.js';

export interface Saying {
  readonly text: string;
  /** A voice of the engine. */
  readonly speaker: string;
  readonly speed: number;
  readonly format: OutputFormat;
  /** True: characters come with the piece in which they begin. False: whole words come with the piece of their first. */
  readonly isSynchronous: boolean;
}

export interface Piece {
  readonly bytes: Uint8Array;
  /** When the piece begins, in the whole of this text's speech. */
  readonly startMs: number;
  /** Times from the beginning of the piece. */
  readonly characters: readonly { readonly character: string; readonly startMs: number; readonly durationMs: number }[];
}

/** 160 ms: within the 100 to 250 ms that the vendor's pieces have. */
const PIECE = msToSamples(160);

export async function* spokenPieces(
  speak: TtsEngine,
  { text, speaker, speed, format, isSynchronous }: Saying,
  context: EngineContext,
): AsyncGenerator<Piece, void, undefined> {
  const encoding = await format.start();
  const clock = characterClock(text);
  const by = isSynchronous ? 'start' : 'wordStart';
  /** What has been heard and not been sent: it begins at `at`. */
  let waiting = new Int16Array(0);
  let at = 0;
  const next = (length: number, isLast: boolean): Piece => {
    const startMs = samplesToMs(at);
    at += length;
    const characters = clock.take(isLast ? Number.POSITIVE_INFINITY : at, by);
    const bytes = encoding.encode(waiting.subarray(0, length));
    waiting = waiting.subarray(length);
    return {
      bytes: isLast ? Buffer.concat([bytes, encoding.end()]) : bytes,
      startMs,
      characters: characters.map((character) => relative(character, startMs)),
    };
  };

  for await (const { samples, words } of speak.run(only(text), { voice: speaker, speed }, context)) {
    clock.hear(words);
    waiting = joined(waiting, samples);
    // Behind the last character nothing is settled before the end: so there is always a last piece to end with.
    while (waiting.length >= PIECE && at + PIECE <= clock.settled()) yield next(PIECE, false);
  }
  clock.end(at + waiting.length);
  while (waiting.length > PIECE) yield next(PIECE, false);
  if (waiting.length > 0) yield next(waiting.length, true);
}

function joined(first: Int16Array, second: Int16Array): Int16Array<ArrayBuffer> {
  const both = new Int16Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

async function* only(text: string): AsyncGenerator<Phrase> {
  yield { index: 0, text };
}

/** Both ends are rounded, not the duration: so they add up. */
function relative({ character, start, end }: TimedCharacter, pieceMs: number) {
  const startMs = Math.round(samplesToMs(start) - pieceMs);
  return { character, startMs, durationMs: Math.round(samplesToMs(end) - pieceMs) - startMs };
}
