/**
 * Keeps a conversation within what a model is given to read. The oldest turns go, each whole: half a turn would be an
 * answer to a question that nobody asked.
 */
import type { Message } from '../contract.js';

type Group = readonly Message[];

/** English has about four characters to a token, many languages fewer; where words are not set apart, one or two. */
const CHARACTERS_A_TOKEN = 3.5;
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu;
/** What a message costs besides its text. */
const FRAME_TOKENS = 4;

export function roughTokens(text: string): number {
  const wide = text.match(WIDE)?.length ?? 0;
  return wide + Math.ceil((text.length - wide) / CHARACTERS_A_TOKEN);
}

/** What the model is told of itself stays, if that is the first, and so does the newest turn, however long they are. */
export function withinTokens(groups: readonly Group[], most: number): readonly Group[] {
  const isKept = (group: Group) => group === groups[0] && group[0]?.role === 'system';
  const turns = turnsOf(groups.filter((group) => !isKept(group)));
  let left = most - sum(groups.filter(isKept));
  const newest = turns.toReversed();
  const from = newest.findIndex((turn, back) => {
    left -= sum(turn);
    return left < 0 && back > 0;
  });
  const told = new Set((from < 0 ? newest : newest.slice(0, from)).flat());
  return groups.filter((group) => isKept(group) || told.has(group));
}

/** A turn is what a caller says, and everything up to what the caller says next. */
function turnsOf(groups: readonly Group[]): Group[][] {
  const turns: Group[][] = [];
  let hasAnswer = true;
  for (const group of groups) {
    const isCallers = group[0]?.role === 'user';
    if (turns.length === 0 || (isCallers && hasAnswer)) turns.push([]);
    turns.at(-1)!.push(group);
    hasAnswer = !isCallers;
  }
  return turns;
}

const sum = (groups: readonly Group[]): number =>
  groups.flat().reduce((tokens, message) => tokens + FRAME_TOKENS + roughTokens(wordsOf(message)), 0);

function wordsOf(message: Message): string {
  if (message.role === 'tool_call') return message.name + message.arguments;
  return message.role === 'tool_result' ? message.output : message.text;
}
