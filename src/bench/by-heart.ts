/**
 * A voice that speaks each line once, and then has it by heart: the bench's callers all hear the same answers, and a
 * synthesiser that makes them anew for each takes from the server what it is to be measured with.
 */
import { SPEECH_RATE } from '../audio/pcm.js';
import type { EngineContext, Phrase, Speech, SpeechOptions, TtsEngine } from '../engines/contract.js';

/** Ten minutes, 29 MB: a simulation may run for weeks, and be asked for something else each time. */
const MOST_SAMPLES = 600 * SPEECH_RATE;
/** One that is longer would drive out too many others. */
const LONGEST_LINE = 60 * SPEECH_RATE;

export function byHeart(voice: TtsEngine): TtsEngine {
  /** The one that was said last stands last. */
  const known = new Map<string, readonly Speech[]>();
  let kept = 0;

  const keep = (line: string, pieces: readonly Speech[]) => {
    if (samplesIn(pieces) > LONGEST_LINE) return;
    // Another caller may have wanted it at the same time.
    forget(line);
    known.set(line, pieces);
    kept += samplesIn(pieces);
    while (kept > MOST_SAMPLES) forget(known.keys().next().value!);
  };
  const forget = (line: string) => {
    kept -= samplesIn(known.get(line) ?? []);
    known.delete(line);
  };

  async function* speak(
    phrase: Phrase,
    options: SpeechOptions,
    context: EngineContext,
  ): AsyncGenerator<Speech, void, undefined> {
    const line = JSON.stringify([phrase.text, options.voice, options.speed]);
    const said = known.get(line);
    if (said !== undefined) {
      keep(line, said);
      for (const piece of said) {
        context.signal.throwIfAborted();
        yield { ...piece, phrase: phrase.index };
      }
      return;
    }
    const pieces: Speech[] = [];
    for await (const piece of voice.run(only(phrase), options, context)) {
      pieces.push(piece);
      yield piece;
    }
    keep(line, pieces);
  }

  async function* run(
    phrases: AsyncIterable<Phrase>,
    options: SpeechOptions,
    context: EngineContext,
  ): AsyncGenerator<Speech, void, undefined> {
    for await (const phrase of phrases) yield* speak(phrase, options, context);
  }
  return Object.create(voice, { run: { value: run } });
}

const samplesIn = (pieces: readonly Speech[]): number => pieces.reduce((sum, { samples }) => sum + samples.length, 0);

async function* only(phrase: Phrase): AsyncGenerator<Phrase, void, undefined> {
  yield phrase;
}
