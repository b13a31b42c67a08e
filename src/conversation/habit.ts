/**
 * How a caller pauses in the midst of what it says. Whoever goes on right after a turn of its was taken for over had only
 * paused, and is waited for longer; with every turn that was one, that wears off.
 */
import { HEARING_RATE, msToSamples, samplesToMs } from '../audio/pcm.js';
import type { Patience, TurnRules } from './turn-rules.js';

/** Milliseconds that its own pauses add to what is waited for, after words that look whole and after others. */
export interface Habit {
  readonly complete: number;
  readonly incomplete: number;
}

export const noHabit: Habit = { complete: 0, incomplete: 0 };

/** Who goes on sooner than this had not finished; who speaks later may have thought of something else. */
const GOES_ON_MS = 1500;
/** The next pause is as long as this one, more or less: half of what was missing, so that one long one is no rule. */
const LEARNS = 0.5;
const MARGIN = 1.1;
/** After ten turns that were whole, a third is left. */
const FORGETS = 0.9;
/** Behind whole words a second is what a slow speaker takes; two seconds are the longest that anybody is waited for. */
const LONGEST_MS: Readonly<Record<keyof Habit, number>> = { complete: 1000, incomplete: 2000 };
/** Which of its pauses says something about which wait; the others say nothing. */
const LOOKS: Readonly<Partial<Record<Patience, keyof Habit>>> = {
  complete: 'complete',
  doubted: 'complete',
  incomplete: 'incomplete',
  sounding: 'incomplete',
};
/** Nobody reacts sooner than this to what it hears, from the moment at which its own voice is noticed. */
const REACTS = msToSamples(250);

/** A turn was over by these rules, after this wait, and the caller went on after so long a pause. Pure. */
export function cutOff(habit: Habit, waited: Patience, pauseMs: number, { end }: TurnRules): Habit {
  const look = LOOKS[waited];
  if (end.kind === 'silence' || look === undefined) return habit;
  const missing = Math.max(0, pauseMs * MARGIN - end[`${waited}Ms`]);
  return { ...habit, [look]: habit[look] + LEARNS * (missing - habit[look]) };
}

/** A turn was over, and was whole. Pure. */
export const whole = ({ complete, incomplete }: Habit): Habit => ({
  complete: complete * FORGETS,
  incomplete: incomplete * FORGETS,
});

/** What it changes about the rules; never those of a client that has set its own time. Pure. */
export function withHabit(rules: TurnRules, habit: Habit): TurnRules {
  const { end } = rules;
  if (end.kind === 'silence' || (habit.complete === 0 && habit.incomplete === 0)) return rules;
  const more = (look: keyof Habit, ms: number) => Math.max(ms, Math.min(LONGEST_MS[look], ms + habit[look]));
  return {
    ...rules,
    end: {
      ...end,
      completeMs: more('complete', end.completeMs),
      doubtedMs: more('complete', end.doubtedMs),
      incompleteMs: more('incomplete', end.incompleteMs),
      soundingMs: more('incomplete', end.soundingMs),
    },
  };
}

/** A moment in the caller's audio: in the reducer's count, and on the house's clock. */
interface Moment {
  readonly count: number;
  readonly at: number;
}

export interface HabitWatch {
  /** The rules, as they are for this caller. */
  rules(rules: TurnRules): TurnRules;
  /** The caller has heard so much of what sounds. */
  heard(samples: number): void;
  /** Somebody begins to speak. */
  began(first: Moment): void;
  /** A turn was over after this wait; null: nothing was said in it. */
  stopped(lastSound: Moment, waited: Patience | null, rules: TurnRules): void;
  /** What was said is taken away. */
  forget(): void;
}

export function watchHabit(): HabitWatch {
  let habit = noHabit;
  /** The turn that was over last, what has been heard since, and what became of it when somebody spoke again. */
  let last: { readonly end: Moment; readonly waited: Patience; heard: number; goesOnAfter: number | null } | null =
    null;
  return {
    rules: (rules) => withHabit(rules, habit),
    heard(samples) {
      if (last === null) return;
      // What sounded no longer does: it was heard to its end, however short it was.
      const isOver = last.heard > 0 && samples === 0;
      last.heard = isOver ? Number.POSITIVE_INFINITY : Math.max(last.heard, samples);
    },
    began({ count, at }) {
      if (last === null) return;
      // While a microphone is muted no samples are counted, but time passes.
      const pauseMs = Math.max(samplesToMs(count - last.end.count, HEARING_RATE), at - last.end.at);
      last.goesOnAfter = pauseMs < GOES_ON_MS && last.heard < REACTS ? pauseMs : null;
    },
    stopped(end, waited, rules) {
      // A noise says nothing about how somebody speaks.
      if (waited === null) return;
      if (last !== null)
        habit = last.goesOnAfter === null ? whole(habit) : cutOff(habit, last.waited, last.goesOnAfter, rules);
      last = { end, waited, heard: 0, goesOnAfter: null };
    },
    forget() {
      last = null;
    },
  };
}
