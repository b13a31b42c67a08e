/**
 * Spoken text in pieces that are said in one breath. Each is synthesised in one go, so its length bounds how long one
 * caller can hold up the others and how late a cancel is heard: 100 characters take 20-60 ms.
 */
import type { SpokenText } from './spoken-text.js';

export interface Clause extends SpokenText {
  /** The silence that belongs between this clause and the next one, at normal speed. */
  readonly pauseMs: number;
}

const LONGEST = 100;
/** What listeners expect between read sentences is 300-350 ms, after a comma half of it. */
const PAUSE_MS = { sentence: 320, comma: 150, none: 60 } as const;

const END = /[.,;:!?]+'*(?=\s|$)/g;
/** Without any of these there is nothing to say. */
const SAYABLE = /[\p{L}\d]/u;

export function* clausesOf(spoken: SpokenText): Generator<Clause> {
  let from = 0;
  for (const end of spoken.text.matchAll(END)) {
    yield* inBreaths(spoken, from, end.index + end[0].length);
    from = end.index + end[0].length;
  }
  yield* inBreaths(spoken, from, spoken.text.length);
}

function* inBreaths(spoken: SpokenText, from: number, to: number): Generator<Clause> {
  let start = from;
  while (to - start > LONGEST) {
    const space = spoken.text.lastIndexOf(' ', start + LONGEST);
    const cut = space > start ? space : start + LONGEST;
    yield* clause(spoken, start, cut, true);
    start = cut;
  }
  yield* clause(spoken, start, to, false);
}

function* clause(spoken: SpokenText, from: number, to: number, goesOn: boolean): Generator<Clause> {
  const text = spoken.text.slice(from, to);
  if (!SAYABLE.test(text)) return;
  const start = from + text.length - text.trimStart().length;
  const said = text.trim();
  const origins = spoken.origins.slice(start, start + said.length);
  // The comma keeps the voice up: the sentence is not over.
  if (goesOn) yield { text: `${said},`, origins: [...origins, origins.at(-1)!], pauseMs: PAUSE_MS.none };
  else yield { text: said, origins, pauseMs: pauseAfter(said) };
}

function pauseAfter(text: string): number {
  const ending = /[.,;:!?]+'*$/.exec(text)?.[0];
  if (ending === undefined) return PAUSE_MS.none;
  return /[.!?]/.test(ending) ? PAUSE_MS.sentence : PAUSE_MS.comma;
}
