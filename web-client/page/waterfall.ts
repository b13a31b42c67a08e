/** The waterfall of a turn: which stage took from when to when. Pure: marks in, bars out. */
import type { Timings } from '../element/turn-clock.js';

export interface Bar {
  readonly name: string;
  /** `you`: the visitor is heard. `answer`: the answer is made. `way`: it is on its way to the ear and the eye. */
  readonly kind: 'you' | 'answer' | 'way';
  readonly from: number;
  readonly to: number;
  /** So much of it was done before the visitor's turn was decided to be over. */
  readonly ahead: number;
  /** It was going on when the turn was ended. */
  readonly isCut: boolean;
}

export interface Waterfall {
  readonly isSpoken: boolean;
  readonly bars: readonly Bar[];
  /** When the visitor's turn was decided to be over; null: it was typed, or that is not known. */
  readonly decided: number | null;
  readonly total: { readonly ms: number; readonly until: 'heard' | 'sent' | 'written' } | null;
  /** Where the axis ends. */
  readonly length: number;
  readonly ticks: readonly number[];
}

type Marks = Readonly<Record<string, number | undefined>>;

/** Ten minutes: no engine is waited for so long, and beside it everything else would be a hair. */
const MOST_MS = 600_000;
/** More numbers on the axis than four touch each other on a telephone. */
const MOST_TICKS = 4;
const STEPS = [10, 20, 50, 100, 200, 250, 500];

export function waterfall({ marks: told, status }: Pick<Timings, 'marks' | 'status'>): Waterfall {
  const marks = sound(told);
  // Not by when it was answered: a busy server lets a request wait as long as others a pause.
  const isSpoken = marks.soft_end !== undefined || marks.words !== undefined;
  const decided = isSpoken ? (marks.answered ?? null) : null;
  const ended = status === 'completed' ? undefined : (marks.interrupted ?? marks.done);
  const bars = [...(isSpoken ? listening(marks) : []), ...answering(marks, decided ?? 0, ended)];
  const length = Math.max(1, decided ?? 0, ...bars.map(({ to }) => to));
  return { isSpoken, bars, decided, total: totalOf(marks), length, ticks: ticksTo(length) };
}

/** Of what the server says, the numbers that can be drawn. */
function sound(marks: Timings['marks']): Marks {
  const usable = Object.entries(marks).filter(([, ms]) => Number.isFinite(ms) && ms <= MOST_MS);
  return Object.fromEntries(usable.map(([name, ms]) => [name, Math.max(0, ms)]));
}

/** Where a pause was not told of, listening goes on until the words are known. */
function listening({ soft_end, words, answered }: Marks): Bar[] {
  return [
    bar('Listening for the end', 'you', 0, soft_end ?? words),
    bar('Recognising', 'you', soft_end, words),
    bar('Waiting for more', 'you', Math.max(soft_end ?? 0, words ?? 0), answered),
  ].filter((found) => found !== null);
}

/** Nothing of the answer leaves before `decided`: what is ready earlier is held back until then. */
function answering(marks: Marks, decided: number, ended: number | undefined): Bar[] {
  const { model_asked, first_phrase, first_picture, first_sent } = marks;
  const token = marks.first_token ?? marks.model_answered;
  const voiced = marks.first_audible ?? marks.first_speech;
  const ready = latest(first_sent, voiced, marks.first_audio, first_picture, decided);
  const shown = latest(marks.first_shown, first_sent, first_picture);
  const stages = [
    ['Thinking', 'answer', model_asked, token],
    ['First phrase', 'answer', token, first_phrase],
    ['Voice', 'answer', first_phrase, voiced],
    ['Face', 'answer', voiced === undefined ? undefined : Math.max(voiced, decided), first_picture],
    ['Sending', 'way', voiced === undefined ? undefined : ready, first_sent],
    ['Playing', 'way', first_sent, marks.first_played],
    ['Picture shown', 'way', first_sent === undefined ? undefined : shown, marks.first_shown],
  ] as const;
  // What was going on when the turn was ended: the last stage that had begun, if it had not come to its end.
  const last = stages.findLast(([, , from, to]) => from !== undefined || to !== undefined);
  return stages
    .map((stage) => {
      const [name, kind, from, to] = stage;
      const isCut = ended !== undefined && first_sent === undefined && stage === last && to === undefined;
      return bar(name, kind, from, isCut ? ended : to, decided, isCut);
    })
    .filter((found) => found !== null);
}

/** Null for a stage that was not reached, or that ended before it began: a filler speaks before the model does. */
function bar(name: string, kind: Bar['kind'], from?: number, to?: number, decided = 0, isCut = false): Bar | null {
  if (from === undefined || to === undefined || to < from) return null;
  return { name, kind, from, to, ahead: Math.max(0, Math.min(to, decided) - from), isCut };
}

/** Of these, the latest that was not after `end`. */
function latest(end: number | undefined, ...marks: readonly (number | undefined)[]): number {
  return Math.max(0, ...marks.filter((mark) => mark !== undefined && mark <= (end ?? mark)).map((mark) => mark ?? 0));
}

function totalOf({ first_played, first_sent, first_token }: Marks): Waterfall['total'] {
  if (first_played !== undefined) return { ms: first_played, until: 'heard' };
  if (first_sent !== undefined) return { ms: first_sent, until: 'sent' };
  return first_token === undefined ? null : { ms: first_token, until: 'written' };
}

function ticksTo(length: number): readonly number[] {
  const fits = (step: number) => length / step < MOST_TICKS;
  const step = STEPS.find(fits) ?? Math.ceil(length / MOST_TICKS / 1000) * 1000;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, at) => at * step);
}
