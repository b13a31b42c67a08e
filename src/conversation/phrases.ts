/**
 * Cuts the text of an answer into phrases that can be spoken, while it is still being written. The first phrase is as
 * short as it may be, since a caller is waiting for it; the later ones are sentences, since those sound best and there
 * is time. Pure: the clock is passed in, and the same text gives the same phrases however it was cut into pieces, unless
 * the first ends between a full stop and what belongs to it, where models end none.
 */
import { boundaryAt, type Flow } from './boundaries.js';
import { markupRemover } from './markup.js';
import type { Sign } from './signs.js';

export interface SpeakablePhrase {
  /** Counts from 0 within an answer. */
  readonly index: number;
  readonly text: string;
  /** The part of the original text that it stands for: the history is cut by this. */
  readonly from: number;
  readonly to: number;
}

export interface Phraser {
  push(piece: string, nowMs: number): SpeakablePhrase[];
  tick(nowMs: number): SpeakablePhrase[];
  end(): SpeakablePhrase[];
  /** What comes now is not written by whoever wrote what came: a block of code that is open does not go on in it. */
  closeMarkup(): void;
  /** Milliseconds until `tick` has something to give, if no piece comes before; undefined if it will not. */
  quietIn(nowMs: number): number | undefined;
}

export interface PhraseLimits {
  /** The first phrase ends at the first clause that has this many visible characters and words ... */
  readonly firstCharacters: number;
  readonly firstWords: number;
  /** ... or is cut between words when it gets longer than this. */
  readonly firstMost: number;
  /** Later sentences that are shorter are joined with the next one; longer ones are cut at a clause. */
  readonly least: number;
  readonly most: number;
  /** After this long without a piece a stop is taken for the end of its sentence. */
  readonly slowMs: number;
  /** After this long the first phrase is cut wherever it stands, and short sentences go alone. */
  readonly stoppedMs: number;
}

const LIMITS: PhraseLimits = {
  firstCharacters: 12,
  firstWords: 3,
  firstMost: 60,
  least: 20,
  most: 300,
  slowMs: 80,
  stoppedMs: 250,
};

export function phraser(options: Partial<PhraseLimits> = {}): Phraser {
  const limits = { ...LIMITS, ...options };
  const markup = markupRemover();
  let waiting: Sign[] = [];
  let index = 0;
  let lastPiece = 0;
  let spokenTo = 0;

  const nextCut = (flow: Flow) => {
    const text = textOf(waiting);
    return index === 0 ? firstCut(text, flow, limits) : laterCut(text, flow, limits);
  };

  function release(flow: Flow): SpeakablePhrase[] {
    const phrases: SpeakablePhrase[] = [];
    for (;;) {
      waiting = withoutLeftovers(waiting, spokenTo);
      const cut = nextCut(flow);
      if (cut === undefined) return phrases;
      const signs = takeUnits(waiting, cut);
      const phrase = toPhrase(signs, index);
      waiting = waiting.slice(signs.length);
      spokenTo = signs.at(-1)!.to;
      if (phrase === undefined) continue;
      phrases.push(phrase);
      index++;
    }
  }

  return {
    push(piece, nowMs) {
      if (piece === '') return [];
      lastPiece = nowMs;
      waiting = [...waiting, ...markup.push(piece)];
      return release('coming');
    },
    tick(nowMs) {
      const quiet = nowMs - lastPiece;
      if (quiet >= limits.stoppedMs) return release('stopped');
      return quiet >= limits.slowMs ? release('slow') : [];
    },
    end() {
      waiting = [...waiting, ...markup.end()];
      return release('ended');
    },
    closeMarkup() {
      waiting = [...waiting, ...markup.end()];
    },
    quietIn(nowMs) {
      const quiet = nowMs - lastPiece;
      if (nextCut('slow') !== undefined) return Math.max(0, limits.slowMs - quiet);
      return nextCut('stopped') === undefined ? undefined : Math.max(0, limits.stoppedMs - quiet);
    },
  };
}

/** Where the first phrase ends; undefined if that is not known yet. */
function firstCut(text: string, flow: Flow, limits: PhraseLimits): number | undefined {
  const isEnough = (end: number) =>
    lengthOf(text.slice(0, end)) >= limits.firstCharacters && wordsIn(text.slice(0, end)) >= limits.firstWords;
  let short = 0;
  for (let i = 0; i < text.length; ) {
    // "Try this." is short, but a better place to stop than the middle of the long sentence behind it.
    if (i >= limits.firstMost && short > 0) return short;
    if (i >= limits.firstMost && lastSpace(text, i) > 0) return lastSpace(text, i);
    if (i >= limits.most) return i;
    const boundary = boundaryAt(text, i, flow, true);
    if (boundary.kind === 'wait') break;
    i++;
    if (boundary.kind === 'none') continue;
    if (isEnough(boundary.end)) return boundary.end;
    short = boundary.end;
    i = boundary.end;
  }
  if (flow === 'ended') return text.length > 0 ? text.length : undefined;
  if (flow !== 'stopped') return undefined;
  // Nothing comes: what there is must do, up to the last whole word.
  const words = text.trimEnd().length < text.length ? text.length : lastSpace(text, text.length);
  return Math.max(short, words) || undefined;
}

/** Where a later phrase ends; undefined if that is not known yet. */
function laterCut(text: string, flow: Flow, limits: PhraseLimits): number | undefined {
  let clause = 0;
  let sentence = 0;
  for (let i = 0; i < text.length; ) {
    if (i >= limits.most) return clause || lastSpace(text, i) || i;
    const boundary = boundaryAt(text, i, flow, false);
    if (boundary.kind === 'wait') break;
    i++;
    if (boundary.kind === 'none') continue;
    i = boundary.end;
    const isEnough = lengthOf(text.slice(0, i)) >= limits.least;
    if (boundary.kind === 'sentence' && isEnough && i <= limits.most) return i;
    if (boundary.kind === 'sentence') sentence = i;
    if (isEnough && i <= limits.most) clause = i;
  }
  if (flow === 'ended') return text.length > 0 ? text.length : undefined;
  return flow === 'stopped' && sentence > 0 ? sentence : undefined;
}

const textOf = (signs: readonly Sign[]) => signs.map((sign) => sign.char).join('');

/** The signs that make up the first `units` UTF-16 units; a sign is never cut. */
function takeUnits(signs: readonly Sign[], units: number): readonly Sign[] {
  let count = 0;
  const end = signs.findIndex((sign) => {
    count += sign.char.length;
    return count > units;
  });
  return end < 0 ? signs : signs.slice(0, Math.max(1, end));
}

/** Spaces before a phrase, and stops and closing quotes that came after the phrase they belong to had left. */
function withoutLeftovers(signs: Sign[], spokenTo: number): Sign[] {
  let glued = spokenTo;
  const start = signs.findIndex(({ char, from, to }) => {
    if (/[\s.,;:!?…—–”’»)。！？、，।]/.test(char)) return false;
    // A straight quote closes only if nothing stands between it and the phrase.
    if (/["']/.test(char) && from === glued && spokenTo > 0) {
      glued = to;
      return false;
    }
    return true;
  });
  return start < 0 ? [] : signs.slice(start);
}

function toPhrase(signs: readonly Sign[], index: number): SpeakablePhrase | undefined {
  const text = textOf(signs)
    .replace(/(?<=[\p{L}\p{N}]) *\n\s*/gu, ', ')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,;:!?…])/g, '')
    .replace(/^ | $|, $/g, '');
  if (!/[\p{L}\p{N}\p{Sc}]/u.test(text)) return undefined;
  const seen = signs.filter((sign) => /\S/.test(sign.char));
  return { index, text, from: seen[0]!.from, to: seen.at(-1)!.to };
}

const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;

/** Visible characters; one Chinese or Japanese sign takes as long to say as two letters. */
const lengthOf = (text: string) => text.replace(/\s/g, '').length + (text.match(WIDE)?.length ?? 0);

/** Words; where they are not set apart, signs. */
const wordsIn = (text: string) => text.replace(WIDE, ' x ').match(/\S*[\p{L}\p{N}]\S*/gu)?.length ?? 0;

/** The place after the last space before `end`, or 0. */
function lastSpace(text: string, end: number): number {
  return text.slice(0, end).search(/\s\S*$/) + 1;
}
