/**
 * What waits to be asked: one question of each caller. A newer one takes the place of the older, in the order, too, so
 * that whoever asks again and again comes to its turn; and the older has no use left: the caller has gone on speaking.
 */
import { ParleyError } from '../../errors.js';

/** A second of work or two. Nobody waits for so long, but whoever gives up is taken out. */
export const MOST_WAITING = 16;

export interface Question {
  readonly caller: string;
  readonly utterance: Int16Array<ArrayBuffer>;
  answer(probability: number): void;
  refuse(reason: unknown): void;
}

export interface Questions {
  /** Throws at_capacity. */
  add(question: Question): void;
  /** Not waited for any more; in any state and any number of times. */
  drop(question: Question): void;
  /** It is the one that is being answered now, or null: nobody asks. */
  next(): Question | null;
  /** The one that was next has this answer. */
  answered(probability: number): void;
  /** All of them, the one that was next as well. */
  refuseAll(reason: unknown): void;
}

export function openQuestions(): Questions {
  let waiting: Question[] = [];
  let asked: Question | null = null;
  return {
    add(question) {
      const isSame = ({ caller }: Question) => caller === question.caller;
      const older = waiting.findIndex(isSame);
      if (older < 0 && waiting.length >= MOST_WAITING) {
        throw new ParleyError('at_capacity', `${MOST_WAITING} callers wait for the turn model already`);
      }
      if (asked !== null && isSame(asked)) asked.refuse(outdated());
      if (older < 0) waiting.push(question);
      else waiting.splice(older, 1, question)[0]!.refuse(outdated());
    },
    drop(question) {
      waiting = waiting.filter((other) => other !== question);
    },
    next() {
      if (asked !== null) return null;
      asked = waiting.shift() ?? null;
      return asked;
    },
    answered(probability) {
      asked?.answer(probability);
      asked = null;
    },
    refuseAll(reason) {
      for (const question of [...(asked === null ? [] : [asked]), ...waiting]) question.refuse(reason);
      waiting = [];
      asked = null;
    },
  };
}

const outdated = () => new ParleyError('turn_cancelled', 'the same caller has asked again');
