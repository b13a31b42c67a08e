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
  | { readonly kind: 'failed' };

export interface History {
  /** Puts the item after the one named (`root`: first; nothing: last) and returns the id before it. */
  insert(item: Item, previousItemId?: string | null, spoken?: Spoken): string | null;
  /** The item as it now is, in the place where it was. An item that was deleted meanwhile stays deleted. */
  update(item: Item): void;
  get(id: string): Item;
  has(id: string): boolean;
  remove(id: string): void;
  /** Cuts a spoken answer after so many samples. */
  cut(id: string, samples: number): Item;
  /** From here on the item is one that is being recognised. */
  listenTo(id: string): void;
  /** What it was. An item that was deleted stays deleted. */
  transcribe(id: string, recognition: Recognition): void;
  /** True if the newest item is still being recognised. */
  isUnsettled(): boolean;
  /** The newest item; null in an empty conversation. */
  last(): string | null;
  /** How many samples of speech the item has. */
  length(id: string): number;
  /**
   * What a model is told of the items that are there now; asked later, when they have been recognised. Throws stt_failed
   * if that failed for the newest: there is nothing to answer.
   */
  snapshot(): (instructions: string) => Message[];
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
      entries.splice(at, 0, { item, spoken: spoken ?? null, cutAt: null, speech: null });
      forgetOldest(entries);
      return before;
    },
    update(item) {
      const entry = entries.find((candidate) => candidate.item.id === item.id);
      if (entry !== undefined) entry.item = item;
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
      find(id).speech = 'recognising';
    },
    transcribe(id, recognition) {
      const entry = entries.find((candidate) => candidate.item.id === id);
      if (entry?.item.type !== 'message') return;
      const transcript = recognition.kind === 'words' ? recognition.text : '';
      entry.item = { ...entry.item, content: entry.item.content.map((part) => heardPart(part, transcript)) };
      entry.speech = recognition.kind;
    },
    isUnsettled: () => entries.at(-1)?.speech === 'recognising',
    last: () => entries.at(-1)?.item.id ?? null,
    length: (id) => spokenOf(find(id)).samples,
    snapshot() {
      const now = [...entries];
      return (instructions) => messagesOf(now, instructions);
    },
  };
}

const heardPart = (part: Part, transcript: string): Part =>
  part.type === 'input_audio' ? { ...part, transcript: part.transcript ?? transcript } : part;

function messagesOf(entries: readonly Entry[], instructions: string): Message[] {
  if (entries.at(-1)?.speech === 'failed') throw new ParleyError('stt_failed');
  const system: Message[] = instructions === '' ? [] : [{ role: 'system', text: instructions }];
  return [...system, ...entries.flatMap(asMessages)];
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
