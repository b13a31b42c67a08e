/**
 * The conversation's items in order, and what a language model is told of them. An answer that was cut off keeps its
 * whole text here, so that a later and better report of what was heard can cut it again; everybody outside sees only
 * the part that was heard.
 */
import type { Message } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import type { Item, Part } from '../protocol/items.js';
import { heardCharacters, type Spoken } from './spoken.js';

/**
 * A kiosk talks for weeks: over this, the oldest items are forgotten, as `truncation: "auto"` says. The output of a
 * function goes with its call, because a model refuses one without the other.
 */
const MOST_ITEMS = 1000;
const MOST_CHARACTERS = 4_000_000;

interface Entry {
  item: Item;
  /** For spoken answers: what sounds when. */
  spoken: Spoken | null;
  /** Samples after which the answer was cut off. */
  cutAt: number | null;
  /** What has become of something that the caller said aloud; null for everything else. */
  speech: Speech | null;
}

type Speech = 'recognising' | Recognition['kind'];

/** What a recogniser made of an utterance. `unclear`: speech, but no words that it is sure of. */
export type Recognition =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'unclear' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed' }
  /** Nobody spoke, and that is what is to be answered. */
  | { readonly kind: 'silence' };

export interface Snapshot {
  /** False while something that it needs is being recognised. */
  isKnown(): boolean;
  /**
   * The messages, asked when all is known, with what will be the next one behind them. Throws stt_failed if what is to be
   * answered could not be recognised.
   */
  messages(instructions: string, next?: Message): Message[];
}

/** Says what the item was. False if it was deleted meanwhile; an answer that waits for its words gets them all the same. */
export type Settle = (recognition: Recognition) => boolean;

export interface History {
  /** Puts the item after the one named (`root`: first; nothing: last) and returns the id before it. */
  insert(item: Item, previousItemId?: string | null, spoken?: Spoken): string | null;
  /** Puts `item` in the place of `before`, and returns it as it is shown; null if that was deleted, and stays so. */
  update(before: Item, item: Item): Item | null;
  get(id: string): Item;
  has(id: string): boolean;
  remove(id: string): void;
  /** Cuts a spoken answer after so many samples. */
  cut(id: string, samples: number): Item;
  /** From here on the item is one that is being recognised; call the result with what it was. */
  listenTo(id: string): Settle;
  /** Whether the item of this id is the answer that is spoken so, and none that took its name. */
  isSpoken(id: string, spoken: Spoken): boolean;
  /** Whether the conversation has a function call with this id. */
  hasCall(callId: string): boolean;
  /** The newest item; null in an empty conversation. */
  last(): string | null;
  /** How many samples of speech the item has. */
  length(id: string): number;
  /** What a model is told: of the items that are there now, or of these, each an id or an item that is in no place. */
  snapshot(chosen?: readonly (Item | string)[]): Snapshot;
}

export function createHistory(): History {
  const entries: Entry[] = [];
  const find = (id: string): Entry => {
    const entry = entries.find((candidate) => candidate.item.id === id);
    if (entry === undefined) throw new ParleyError('item_not_found', `No item has the id ${id}.`, { param: 'item_id' });
    return entry;
  };
  return {
    insert(item, previousItemId, spoken) {
      if (entries.some((entry) => entry.item.id === item.id)) {
        throw new ParleyError('item_exists', `The id ${item.id} is already taken.`, { param: 'item.id' });
      }
      const at = placeAfter(entries, previousItemId);
      const before = entries[at - 1]?.item.id ?? null;
      entries.splice(at, 0, entryOf(item, spoken));
      forgetOldest(entries);
      return before;
    },
    update(before, item) {
      const entry = entries.find((candidate) => candidate.item === before);
      if (entry === undefined) return null;
      entry.item = item;
      return shown(entry);
    },
    get: (id) => shown(find(id)),
    has: (id) => entries.some((entry) => entry.item.id === id),
    remove(id) {
      entries.splice(entries.indexOf(find(id)), 1);
    },
    cut(id, samples) {
      const entry = find(id);
      spokenOf(entry);
      entry.cutAt = samples;
      return shown(entry);
    },
    listenTo(id) {
      const entry = find(id);
      entry.speech = 'recognising';
      return (recognition) => {
        const transcript = recognition.kind === 'words' ? recognition.text : '';
        if (entry.item.type === 'message') {
          entry.item = { ...entry.item, content: entry.item.content.map((part) => heardPart(part, transcript)) };
        }
        entry.speech = recognition.kind;
        return entries.includes(entry);
      };
    },
    isSpoken: (id, spoken) => entries.some((entry) => entry.item.id === id && entry.spoken === spoken),
    hasCall: (callId) => entries.some(({ item }) => item.type === 'function_call' && item.call_id === callId),
    last: () => entries.at(-1)?.item.id ?? null,
    length(id) {
      const { samples, sent } = spokenOf(find(id));
      return Math.min(samples, sent);
    },
    snapshot(chosen) {
      const told = chosen?.map((one) => (typeof one === 'string' ? find(one) : entryOf(one))) ?? [...entries];
      // A typed question is not kept waiting by the noise before it.
      const awaited = chosen === undefined ? told.slice(-1) : told;
      return {
        isKnown: () => awaited.every((entry) => entry.speech !== 'recognising'),
        messages: (instructions, next) => messagesOf(next === undefined ? told : withRoom(told), instructions, next),
      };
    },
  };
}

const entryOf = (item: Item, spoken?: Spoken): Entry => ({ item, spoken: spoken ?? null, cutAt: null, speech: null });

const heardPart = (part: Part, transcript: string): Part =>
  part.type === 'input_audio' ? { ...part, transcript: part.transcript ?? transcript } : part;

function messagesOf(entries: readonly Entry[], instructions: string, next?: Message): Message[] {
  if (next === undefined && entries.at(-1)?.speech === 'failed') throw new ParleyError('stt_failed');
  const system: Message[] = instructions === '' ? [] : [{ role: 'system', text: instructions }];
  return [...system, ...withoutStrays(entries.flatMap(asMessages)), ...(next === undefined ? [] : [next])];
}

/** A model refuses the output of a function that it never called, or called later, and a second one for one call. */
function withoutStrays(messages: readonly Message[]): Message[] {
  const open = new Set<string>();
  return messages.filter((message) => {
    if (message.role === 'tool_call') open.add(message.callId);
    return message.role !== 'tool_result' || open.delete(message.callId);
  });
}

function forgetOldest(entries: Entry[]): void {
  let characters = entries.reduce((sum, entry) => sum + size(entry), 0);
  while (entries.length > 1 && (entries.length > MOST_ITEMS || characters > MOST_CHARACTERS)) {
    const { item } = entries[0]!;
    const goes = (entry: Entry) =>
      entry.item.id === item.id ||
      (item.type === 'function_call' &&
        entry.item.type === 'function_call_output' &&
        entry.item.call_id === item.call_id);
    for (const gone of entries.filter(goes)) {
      characters -= size(gone);
      entries.splice(entries.indexOf(gone), 1);
    }
  }
}

/** What will be left of them when one more is there, whose words are not. */
function withRoom(entries: readonly Entry[]): Entry[] {
  const item: Item = {
    id: '',
    object: 'realtime.item',
    status: 'completed',
    type: 'message',
    role: 'user',
    content: [],
  };
  const kept = [...entries, entryOf(item)];
  forgetOldest(kept);
  return kept.slice(0, -1);
}

function size({ item, spoken }: Entry): number {
  if (item.type === 'function_call') return item.arguments.length;
  if (item.type === 'function_call_output') return item.output.length;
  return item.content.reduce((sum, part) => sum + partText(part).length, spoken?.text.length ?? 0);
}

function spokenOf({ item, spoken }: Entry): Spoken {
  if (spoken !== null) return spoken;
  throw new ParleyError('truncate_without_audio', `The item ${item.id} has no audio.`, { param: 'item_id' });
}

function placeAfter(entries: readonly Entry[], previousItemId: string | null | undefined): number {
  if (previousItemId === undefined || previousItemId === null) return entries.length;
  if (previousItemId === 'root') return 0;
  const at = entries.findIndex((entry) => entry.item.id === previousItemId);
  if (at < 0) {
    throw new ParleyError('item_not_found', `No item has the id ${previousItemId}.`, { param: 'previous_item_id' });
  }
  return at + 1;
}

/** The item as everybody outside may see it: a cut answer is as long as what was heard. */
function shown({ item, spoken, cutAt }: Entry): Item {
  if (item.type !== 'message' || spoken === null || cutAt === null) return item;
  const heard = spoken.text.slice(0, heardCharacters(spoken, cutAt)).trimEnd();
  const content = item.content.map(
    (part): Part => (part.type === 'output_audio' ? { ...part, transcript: heard } : part),
  );
  return { ...item, status: 'incomplete', content };
}

function asMessages(entry: Entry): Message[] {
  const item = shown(entry);
  switch (item.type) {
    case 'function_call':
      return [{ role: 'tool_call', callId: item.call_id, name: item.name, arguments: item.arguments }];
    case 'function_call_output':
      return [{ role: 'tool_result', callId: item.call_id, output: item.output }];
    case 'message': {
      if (entry.speech === 'unclear') return [{ role: 'user', text: '', unclear: true }];
      if (entry.speech === 'silence') return [{ role: 'user', text: '', silent: true }];
      const text = item.content.map(partText).filter(Boolean).join('\n');
      if (text === '') return [];
      if (item.role === 'assistant' && entry.cutAt !== null) return [{ role: 'assistant', text, interrupted: true }];
      return [{ role: item.role, text }];
    }
  }
}

function partText(part: Part): string {
  return 'text' in part ? part.text : (part.transcript ?? '');
}
