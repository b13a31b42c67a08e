/**
 * Keeps a conversation within what a model is given to read. The oldest turns go, each whole: half a turn would be an
 * answer to a question that nobody asked.
 */
import type { Message } from '../contract.js';
import { messageTokens } from '../tokens.js';

type Group = readonly Message[];

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
  groups.flat().reduce((tokens, message) => tokens + messageTokens(message), 0);
