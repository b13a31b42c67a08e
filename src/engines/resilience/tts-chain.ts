/**
 * Voices behind one another. Another voice takes over where the one before it fell silent, be it in the middle of a
 * phrase: it speaks what has not been spoken, and the caller hears a pause.
 */
import { asParleyError, ParleyError } from '../../errors.js';
import { delay } from '../../flow.js';
import type { EngineContext, Phrase, SessionScope, Speech, SpeechOptions, TtsEngine, Voice } from '../contract.js';
import { startAttempt } from './attempt.js';
import {
  chainLife,
  countTries,
  createBudget,
  eachInTurn,
  type Link,
  nobodyLeft,
  type OnTakeOver,
  type Patience,
  usable,
} from './chain.js';
import { createScript, type Script } from './tts-script.js';

type TtsLink = Link<TtsEngine>;

/** An engine, and how it is asked. */
export interface Speaker {
  readonly engine: TtsEngine;
  readonly options: SpeechOptions;
  /** False: it stands in for one that cannot speak now. */
  readonly isFirst: boolean;
}

export interface TtsChain extends TtsEngine {
  /** Who would speak now, if somebody wanted this; null: nobody can. */
  speaker(options: SpeechOptions): Speaker | null;
}

export function ttsChain(links: readonly TtsLink[], patience: Patience, onTakeOver: OnTakeOver = () => {}): TtsChain {
  async function* run(
    phrases: AsyncIterable<Phrase>,
    options: SpeechOptions,
    context: EngineContext,
  ): AsyncGenerator<Speech, void, undefined> {
    context.signal.throwIfAborted();
    yield* speakSurely(inOrder(links, options), patience, onTakeOver, phrases, options, context);
  }
  const speaker = (options: SpeechOptions) => {
    const engine = inOrder(usable(links), options)[0]?.engine;
    if (engine === undefined) return null;
    return { engine, options: voiceFor(engine, options), isFirst: engine === inOrder(links, options)[0]?.engine };
  };
  return {
    ...chainLife(links),
    run,
    get voices() {
      return links.flatMap(voicesOf).filter(isFirstOfItsId);
    },
    mayHave: (voice: string) => links.some(({ engine }) => engine.mayHave?.(voice) ?? false),
    speaker,
    prepare(options: SpeechOptions, session: SessionScope) {
      const next = speaker(options);
      next?.engine.prepare?.(next.options, session);
    },
  };
}

const voicesOf = ({ engine }: TtsLink): Voice[] => engine.voices.map((voice) => ({ ...voice, engine: engine.name }));

const isFirstOfItsId = ({ id }: Voice, at: number, voices: readonly Voice[]): boolean =>
  voices.findIndex((voice) => voice.id === id) === at;

const hasVoice = (engine: TtsEngine, voice: string): boolean =>
  engine.voices.some(({ id }) => id === voice) || (engine.mayHave?.(voice) ?? false);

/** Whoever wants a certain voice gets it from the engine that has it, if that is well. */
function inOrder(links: readonly TtsLink[], { voice }: SpeechOptions): readonly TtsLink[] {
  const has = ({ engine }: TtsLink) => hasVoice(engine, voice);
  return [...links.filter(has), ...links.filter((link) => !has(link))];
}

/** The voice that is wanted; else one that stands in for it, if the engine has one; else its own first. */
function voiceFor(engine: TtsEngine, options: SpeechOptions): SpeechOptions {
  const wanted = [options.voice, ...(options.otherwise ?? [])].find((id) => hasVoice(engine, id));
  const voice = wanted ?? engine.voices[0]?.id;
  return { voice: voice ?? options.voice, speed: options.speed };
}

async function* speakSurely(
  links: readonly TtsLink[],
  patience: Patience,
  onTakeOver: OnTakeOver,
  phrases: AsyncIterable<Phrase>,
  options: SpeechOptions,
  context: EngineContext,
): AsyncGenerator<Speech, void, undefined> {
  const budget = createBudget(patience.budgetMs);
  const tries = countTries(patience, budget, context.log);
  const watch = createWatch();
  const script = createScript(phrases, () => {
    if (script.hasBegun) budget.begin();
    watch.look();
  });
  const order = usable(links);
  let failure = nobodyLeft(links);
  try {
    for (const link of eachInTurn(order, onTakeOver)) {
      const isLast = link === order.at(-1);
      for (let againMs: number | null = 0; againMs !== null; ) {
        if (againMs > 0) await delay(againMs, context.signal);
        // What is heard already costs nobody the wait for the first sound.
        const limitMs = script.hasSounded ? patience.budgetMs / (isLast ? 1 : 2) : budget.share(isLast);
        try {
          yield* speak(link.engine, { script, watch, limitMs }, voiceFor(link.engine, options), context);
          link.breaker?.succeeded();
          return;
        } catch (thrown) {
          context.signal.throwIfAborted();
          failure = asParleyError(thrown, 'tts_failed');
          againMs = tries.again(link, failure, isLast, !script.hasSounded);
        }
      }
    }
    throw failure;
  } finally {
    script.leave();
  }
}

interface Stage {
  readonly script: Script;
  readonly watch: Watch;
  /** How long the engine may say nothing while it has something to say. */
  readonly limitMs: number;
}

async function* speak(
  engine: TtsEngine,
  { script, watch, limitMs }: Stage,
  options: SpeechOptions,
  context: EngineContext,
): AsyncGenerator<Speech, void, undefined> {
  const attempt = startAttempt((own) => engine.run(script.play(), options, own), context);
  const late = new ParleyError('deadline', `${engine.name} gave no sound for ${(limitMs / 1000).toFixed(1)} s.`);
  try {
    for (;;) {
      watch.start({ limitMs, isDue: () => script.owes, onLate: () => attempt.giveUp(late) });
      const next = await attempt.next();
      watch.stop();
      if (next.done === true) return;
      yield script.note(next.value);
    }
  } finally {
    watch.stop();
    attempt.giveUp(new ParleyError('turn_cancelled'));
  }
}

interface Vigil {
  readonly limitMs: number;
  readonly isDue: () => boolean;
  readonly onLate: () => void;
}

/** Runs only while an engine is waited for: whoever is slow to listen makes nobody late. */
interface Watch {
  start(vigil: Vigil): void;
  /** Something may have become due, or be no longer. */
  look(): void;
  stop(): void;
}

function createWatch(): Watch {
  let vigil: Vigil | null = null;
  let timer: NodeJS.Timeout | undefined;
  const rest = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const look = () => {
    if (vigil?.isDue() !== true) rest();
    else timer ??= setTimeout(vigil.onLate, vigil.limitMs);
  };
  return {
    look,
    start(next) {
      vigil = next;
      look();
    },
    stop() {
      vigil = null;
      rest();
    },
  };
}
