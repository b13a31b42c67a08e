/**
 * A voice that has some lines by heart. An answer that begins with such lines begins at once; and when no engine can
 * speak, those lines can still be heard.
 */
import { joinedSamples } from '../../audio/pcm.js';
import { asParleyError, ParleyError } from '../../errors.js';
import { abortable } from '../../flow.js';
import type { EngineContext, Phrase, Speech, SpeechOptions, TtsEngine } from '../contract.js';
import { type KeptLine, type KeptLines, type KeptLinesOptions, keptLines } from './kept-lines.js';
import type { Speaker, TtsChain } from './tts-chain.js';

export interface KeepingTts extends TtsEngine {
  /** Has the lines spoken by whoever would speak now. True when it has all of them; never rejects. */
  learn(wanted: SpeechOptions, signal: AbortSignal): Promise<boolean>;
  /** Of a voice that was deleted. */
  forget(voice: string): Promise<void>;
}

export interface KeepingOptions extends KeptLinesOptions {
  /** Everything that is to be kept, in phrases. */
  readonly phrases: readonly string[];
  /** What is said instead of an answer that nobody can speak, in phrases. */
  readonly voiceLost: readonly string[];
}

/** A piece of what is kept: as much as an engine would give. */
const PIECE = 2400;

export function keepingTts(chain: TtsChain, options: KeepingOptions): KeepingTts {
  const lines = keptLines(options);
  return {
    name: chain.name,
    readAhead: chain.readAhead,
    get voices() {
      return chain.voices;
    },
    mayHave: (voice) => chain.mayHave?.(voice) ?? false,
    health: () => chain.health(),
    close: () => chain.close(),
    prepare: (wanted, session) => chain.prepare?.(wanted, session),
    run: (phrases, wanted, context) => speak(chain, lines, options.voiceLost, phrases, wanted, context),
    learn: (wanted, signal) => learnAll(chain, lines, wanted, signal, options),
    forget: lines.forget,
  };
}

async function* speak(
  chain: TtsChain,
  lines: KeptLines,
  voiceLost: readonly string[],
  phrases: AsyncIterable<Phrase>,
  wanted: SpeechOptions,
  context: EngineContext,
): AsyncGenerator<Speech, void, undefined> {
  const { signal } = context;
  const source = phrases[Symbol.asyncIterator]();
  let last = 0;
  const read = async () => {
    const next = await abortable(source.next(), signal);
    if (next.done !== true) last = next.value.index;
    return next;
  };
  let next = await read();
  for (; next.done !== true; next = await read()) {
    const line = byHeart(chain, lines, next.value.text, wanted);
    if (line === null) break;
    yield* recite(line, next.value.index, signal);
  }
  if (next.done === true) return;
  try {
    yield* chain.run(startingWith(next.value, read), wanted, context);
  } catch (thrown) {
    signal.throwIfAborted();
    for (const text of voiceLost) {
      const line = lines.findAny(text, voicesIn(wanted));
      if (line !== null)
        for await (const speech of recite(line, last, signal)) yield { ...speech, words: [], isAside: true };
    }
    throw thrown;
  }
}

/** By the voice that would speak; by any, if none can. */
function byHeart(chain: TtsChain, lines: KeptLines, text: string, wanted: SpeechOptions): KeptLine | null {
  const speaker = chain.speaker(wanted);
  if (speaker === null) return lines.findAny(text, voicesIn(wanted));
  return wanted.speed === 1 ? lines.find(text, nameOf(speaker)) : null;
}

const nameOf = ({ engine, options }: Speaker) => ({ engine: engine.name, voice: options.voice });

const voicesIn = ({ voice, otherwise }: SpeechOptions): string[] => [voice, ...(otherwise ?? [])];

async function* recite(line: KeptLine, phrase: number, signal: AbortSignal): AsyncGenerator<Speech, void, undefined> {
  for (let at = 0; at < line.samples.length; at += PIECE) {
    const samples = line.samples.subarray(at, at + PIECE);
    const words = line.words.filter(({ start }) => start >= at && start < at + PIECE);
    yield { phrase, samples, words };
    signal.throwIfAborted();
  }
}

async function* startingWith(
  first: Phrase,
  read: () => Promise<IteratorResult<Phrase, unknown>>,
): AsyncGenerator<Phrase, void, undefined> {
  yield first;
  for (let next = await read(); next.done !== true; next = await read()) yield next.value;
}

async function learnAll(
  chain: TtsChain,
  lines: KeptLines,
  wanted: SpeechOptions,
  signal: AbortSignal,
  { phrases, log }: KeepingOptions,
): Promise<boolean> {
  const done = new AbortController();
  const session = { id: 'standby lines', gone: AbortSignal.any([signal, done.signal]) };
  const context = { signal, log, turn: session.id, session };
  try {
    for (const text of phrases) if (!(await learn(chain, lines, text, wanted, context))) return false;
    // What only a stand-in has learnt is learnt again when the one that it stands in for is back.
    return chain.speaker(wanted)?.isFirst ?? false;
  } finally {
    done.abort(new ParleyError('client_gone'));
  }
}

async function learn(
  chain: TtsChain,
  lines: KeptLines,
  text: string,
  wanted: SpeechOptions,
  context: EngineContext,
): Promise<boolean> {
  const speaker = chain.speaker(wanted);
  if (speaker === null || context.signal.aborted) return false;
  if (await lines.load(text, nameOf(speaker))) return true;
  try {
    await lines.keep(text, nameOf(speaker), await spoken(speaker, text, context));
    return true;
  } catch (thrown) {
    if (context.signal.aborted) return false;
    const { code, message } = asParleyError(thrown, 'tts_failed');
    context.log.warn({ code, engine: speaker.engine.name }, `a standby line could not be learnt yet: ${message}`);
    return false;
  }
}

/** Longer, and it hangs: nobody waits for it, but it holds one of a vendor's few places. */
const LEARN_MS = 15_000;

/** By this speaker and nobody else. */
async function spoken(
  { engine, options }: Speaker,
  text: string,
  outer: EngineContext,
): Promise<Omit<KeptLine, 'voice'>> {
  const signal = AbortSignal.any([outer.signal, AbortSignal.timeout(LEARN_MS)]);
  const one = (async function* () {
    yield { index: 0, text };
  })();
  const pieces: Speech[] = [];
  for await (const piece of engine.run(one, { ...options, speed: 1 }, { ...outer, signal })) pieces.push(piece);
  const samples = joinedSamples(pieces.map((piece) => piece.samples));
  return { samples, words: pieces.flatMap(({ words }) => words) };
}
