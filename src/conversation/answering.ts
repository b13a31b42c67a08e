/**
 * When what was said aloud is answered: as soon as nobody speaks and everything is understood, once, and together with
 * what was said after it. An answer that is owed stays owed over noises that come to nothing.
 */
import type { Floor } from './floor.js';
import type { Wish } from './plan.js';
import type { Said } from './said.js';

export interface Answering {
  /** The caller has begun to speak. */
  begin(): void;
  /** It stopped, and nothing comes of it. */
  abandon(): void;
  /** It stopped, and is being recognised. Call the result with what is to be answered; null: nothing. */
  expect(): (said: Said | null) => void;
  /** Whether what is being said would be answered as soon as it is over. */
  isNext(): boolean;
  /** The caller's speech cuts the avatar off: an answer that was not heard yet is owed again. */
  interrupt(): void;
}

export interface AnsweringTools {
  readonly floor: Floor;
  readonly answer: (wish: Wish) => void;
  /** Counts the answers to the conversation that were asked for, by whomever. */
  readonly answers: () => number;
  /** What the answer that is being made was asked for with. */
  readonly wish: () => Wish | null;
  readonly gone: AbortSignal;
}

/** An answer that is owed, and how many had been asked for before it. */
interface Debt {
  readonly wish: Wish;
  readonly after: number;
}

export function createAnswering({ floor, answer, answers, wish, gone }: AnsweringTools): Answering {
  let isSpeaking = false;
  let unknown = 0;
  let owed: Debt | null = null;

  const settle = async () => {
    if (isSpeaking || unknown > 0) return;
    const debt = owed;
    if (debt === null) return floor.attend(false);
    await floor.free();
    if (owed !== debt || isSpeaking || unknown > 0 || gone.aborted) return;
    owed = null;
    // Whoever has asked for an answer since then has got one to this, too.
    if (answers() !== debt.after) return floor.attend(false);
    answer(debt.wish);
  };

  return {
    begin() {
      isSpeaking = true;
      floor.attend(true);
    },
    abandon() {
      isSpeaking = false;
      void settle();
    },
    expect() {
      isSpeaking = false;
      unknown += 1;
      const after = answers();
      return (said) => {
        unknown -= 1;
        if (said !== null) owed = { wish: { overrides: {}, said }, after };
        void settle();
      };
    },
    isNext: () => unknown === 0 && floor.activity() === 'silent',
    interrupt() {
      const thinking = floor.isStillThinking() ? wish() : null;
      if (thinking !== null) owed = { wish: thinking, after: answers() };
      floor.interrupt('turn_detected');
    },
  };
}
