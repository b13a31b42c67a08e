/**
 * Recognisers behind one another. What is said is kept while the first one hears it, so that the next one can hear it
 * from its beginning. The caller waits only from the end of the utterance on; that is when the time begins to count.
 */
import { HEARING_RATE } from '../../audio/pcm.js';
import { asParleyError, ParleyError } from '../../errors.js';
import { delay } from '../../flow.js';
import type { EngineContext, HearingOptions, SttEngine, Transcript } from '../contract.js';
import { startAttempt } from './attempt.js';
import {
  type Budget,
  chainLife,
  countTries,
  createBudget,
  eachInTurn,
  type Link,
  nobodyLeft,
  type OnTakeOver,
  type Patience,
  runsHere,
  type Tries,
  usable,
} from './chain.js';
import { type KeptAudio, keepAudio } from './kept-audio.js';

type SttLink = Link<SttEngine>;

/** A turn has 60 s at most, a recording 120. */
const MOST_KEPT = 120 * HEARING_RATE;

export function sttChain(links: readonly SttLink[], patience: Patience, onTakeOver: OnTakeOver = () => {}): SttEngine {
  async function* run(
    audio: AsyncIterable<Int16Array>,
    options: HearingOptions,
    context: EngineContext,
  ): AsyncGenerator<Transcript, void, undefined> {
    context.signal.throwIfAborted();
    const utterance = listenTo(audio, patience, options, context);
    try {
      yield* hearSurely(links, onTakeOver, utterance, context);
    } finally {
      utterance.kept.leave();
    }
  }
  return {
    ...chainLife(links),
    run,
    // A little more than its own deadlines allow, so that these have the first word.
    deadlineMs: patience.budgetMs + 500,
    get givesPartials() {
      return (usable(links)[0] ?? links[0]!).engine.givesPartials;
    },
    get mayBeAskedAhead() {
      return (usable(links)[0] ?? links[0]!).engine.mayBeAskedAhead === true;
    },
    get language() {
      return (usable(links)[0] ?? links[0]!).engine.language ?? null;
    },
  };
}

/** What the attempts at one utterance share. */
interface Utterance {
  readonly kept: KeptAudio;
  /** Begins where the audio ends. */
  readonly budget: Budget;
  readonly ended: Promise<void>;
  readonly tries: Tries;
  readonly options: HearingOptions;
}

function listenTo(
  audio: AsyncIterable<Int16Array>,
  patience: Patience,
  options: HearingOptions,
  { log }: EngineContext,
): Utterance {
  const budget = createBudget(patience.budgetMs);
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const whole = toldAtItsEnd(audio, () => {
    budget.begin();
    end();
  });
  return { kept: keepAudio(whole, MOST_KEPT), budget, ended, tries: countTries(patience, budget, log), options };
}

async function* hearSurely(
  links: readonly SttLink[],
  onTakeOver: OnTakeOver,
  utterance: Utterance,
  context: EngineContext,
): AsyncGenerator<Transcript, void, undefined> {
  const ready = usable(links);
  // One that runs here and is only starting is waited for, when nobody else has understood: there is no other chance.
  const order = [...ready, ...links.filter((link) => runsHere(link) && !ready.includes(link))];
  let failure = nobodyLeft(links);
  for (const link of eachInTurn(order, onTakeOver)) {
    const isLast = link === order.at(-1);
    for (let againMs: number | null = 0; againMs !== null; ) {
      if (againMs > 0) await delay(againMs, context.signal);
      try {
        for await (const heard of hear(link, isLast, utterance, context)) {
          // Whoever wants to know leaves at the last word, and would not let us say so behind it.
          if (heard.kind !== 'partial') link.breaker?.succeeded();
          yield heard;
        }
        return;
      } catch (thrown) {
        context.signal.throwIfAborted();
        failure = asParleyError(thrown, 'stt_failed');
        againMs = utterance.tries.again(link, failure, isLast);
        if (!utterance.kept.isWhole) throw failure;
      }
    }
  }
  throw failure;
}

async function* hear(
  { engine }: SttLink,
  isLast: boolean,
  { kept, budget, ended, options }: Utterance,
  context: EngineContext,
): AsyncGenerator<Transcript, void, undefined> {
  const attempt = startAttempt((own) => engine.run(kept.play(), options, own), context);
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  void ended.then(() => {
    if (isOver) return;
    const ms = budget.share(isLast);
    const late = new ParleyError('deadline', `${engine.name} gave no words within ${(ms / 1000).toFixed(1)} s.`);
    timer = setTimeout(() => attempt.giveUp(late), ms);
  });
  try {
    for (let next = await attempt.next(); next.done !== true; next = await attempt.next()) yield next.value;
  } finally {
    isOver = true;
    clearTimeout(timer);
    attempt.giveUp(new ParleyError('turn_cancelled'));
  }
}

async function* toldAtItsEnd<T>(source: AsyncIterable<T>, told: () => void): AsyncGenerator<T, void, undefined> {
  yield* source;
  told();
}
