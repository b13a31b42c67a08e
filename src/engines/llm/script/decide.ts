/** Decides what the script says next. */
import type { Intent } from '../../../persona.js';
import { LAST_ANSWERED, placeholdersOf } from '../../../persona-schema.js';
import type { Script } from './script.js';
import { keyOf, type Line, restOf, type Telling } from './telling.js';
import { numberIn } from './words.js';

/** What was said so far, as far as it matters for what comes next. */
export interface Memory {
  /** How often each line was said, by `keyOf`. */
  readonly told: ReadonlyMap<string, number>;
  /** What the last intent said; "repeat" means this. */
  readonly last: Telling | undefined;
  /** The last intent that was answered, asides left out; follow-ups and "another one" mean this. */
  readonly topic: string | undefined;
  /** Cut off and not gone on with yet, oldest first. */
  readonly unfinished: readonly Telling[];
}

/** What is to be answered. */
export interface Talk {
  /** Nothing said yet: it is time for the greeting. */
  readonly said: string | undefined;
  /** Said just before, and not answered either: a sentence that came in two turns. */
  readonly before?: string;
  readonly result?: { readonly tool: string; readonly output: string };
  /** Nothing was said, for so long that the host should speak. */
  readonly isSilent?: true;
}

/** A line filled in for this conversation. Only the clock's placeholders still stand in the text. */
export interface Saying {
  readonly line: Line;
  readonly text: string;
  /** It repeats or continues this telling, whose characters from `from` on stand at `at` in the text. */
  readonly inner?: { readonly telling: Telling; readonly from: number; readonly at: number };
}

export type Plan =
  | { readonly kind: 'say'; readonly saying: Saying }
  | { readonly kind: 'call'; readonly tool: NonNullable<Intent['tool']> };

interface Surroundings {
  /** Whether the caller lets this tool be called. */
  offered(tool: string): boolean;
  /** Which greeting a conversation begins with. */
  readonly turnOfGreeting: number;
}

/** Counting further than this is a filibuster. */
const LARGEST_COUNT = 100;

export function decide(script: Script, memory: Memory, talk: Talk, around: Surroundings): Plan {
  if (talk.result) return say(script, memory, talk, script.intentOfTool(talk.result.tool));
  if (talk.isSilent) {
    const lines = script.list('silence');
    const line = leastTold(lines.length > 0 ? lines : script.list('fallback'), memory);
    return { kind: 'say', saying: { line, text: line.text } };
  }
  if (talk.said === undefined) {
    const greetings = script.list('greeting');
    const turn = around.turnOfGreeting % greetings.length;
    const line = leastTold([...greetings.slice(turn), ...greetings.slice(0, turn)], memory);
    return { kind: 'say', saying: { line, text: line.text } };
  }
  const intent =
    meantBy(script, memory, talk.said) ?? (talk.before && meantBy(script, memory, `${talk.before} ${talk.said}`));
  if (!intent) return say(script, memory, talk, undefined);
  if (intent.tool && around.offered(intent.tool.name)) return { kind: 'call', tool: intent.tool };
  return say(script, memory, talk, intent);
}

function meantBy(script: Script, memory: Memory, said: string): Intent | undefined {
  const { topic } = memory;
  const intent = script.matcher.match(said, topic)?.intent;
  if (intent?.leadsTo === undefined) return intent;
  const target = intent.leadsTo === LAST_ANSWERED ? topic : intent.leadsTo;
  return target === undefined ? undefined : script.intent(target);
}

function say(script: Script, memory: Memory, talk: Talk, intent: Intent | undefined): Plan {
  if (intent) {
    const answers = script.list(`${intent.id}.answers`);
    const saying = compose(script, memory, talk, leastTold(answers, memory));
    if (saying) return { kind: 'say', saying };
  }
  const otherwise = intent ? script.list(`${intent.id}.otherwise`) : [];
  const line = leastTold(otherwise.length > 0 ? otherwise : script.list('fallback'), memory);
  return { kind: 'say', saying: { line, text: line.text } };
}

function leastTold(lines: readonly Line[], memory: Memory): Line {
  const times = (line: Line) => memory.told.get(keyOf(line)) ?? 0;
  return lines.reduce((least, line) => (times(line) < times(least) ? line : least));
}

/** Fills in what the conversation knows; undefined if the line asks for something that it does not. */
export function compose(script: Script, memory: Memory, talk: Talk, line: Line): Saying | undefined {
  let { text } = line;
  let inner: { telling: Telling; from: number; value: string; mark: string } | undefined;
  for (const name of new Set(placeholdersOf(text))) {
    const mark = `{${name}}`;
    if (name === 'rest' || name === 'last') {
      const found = name === 'rest' ? restFor(script, memory, talk) : wholeOf(memory.last);
      if (!found) return undefined;
      inner = { ...found, mark };
    } else {
      const value = fillingOf(name, talk);
      if (value === undefined) return undefined;
      text = text.replaceAll(mark, () => value);
    }
  }
  if (!inner) return { line, text };
  const { telling, from, value, mark } = inner;
  return { line, text: text.replace(mark, () => value), inner: { telling, from, at: text.indexOf(mark) } };
}

/** The value of a placeholder; one of the clock stays as it is. */
function fillingOf(name: string, talk: Talk): string | undefined {
  if (name === 'output') return talk.result && speakable(talk.result.output);
  if (name !== 'number' && name !== 'count' && name !== 'countdown') return `{${name}}`;
  const number = numberIn(talk.said ?? '');
  if (number === undefined || number < 1 || number > LARGEST_COUNT) return undefined;
  if (name === 'number') return String(number);
  const row = Array.from({ length: number }, (_, i) => (name === 'count' ? i + 1 : number - i));
  return row.join(', ');
}

/** The newest answer that was cut off, or the one that "go on with the story" names. */
function restFor(
  script: Script,
  memory: Memory,
  talk: Talk,
): { telling: Telling; from: number; value: string } | undefined {
  const namedBy = (one: Telling) =>
    script.matcher.sharedWeight(talk.said ?? '', script.intent(one.line.intent ?? '')?.phrases ?? []);
  const telling = memory.unfinished.reduce<Telling | undefined>(
    (best, one) => (best && namedBy(best) > namedBy(one) ? best : one),
    undefined,
  );
  if (!telling) return undefined;
  const { text, from } = restOf(telling);
  return { telling, from, value: text.charAt(0).toUpperCase() + text.slice(1) };
}

function wholeOf(telling: Telling | undefined): { telling: Telling; from: number; value: string } | undefined {
  return telling && { telling, from: 0, value: telling.text };
}

/** A tool's output is often JSON, of which only the words are said; what else it may be is said as it is. */
function speakable(output: string): string {
  try {
    return wordsIn(JSON.parse(output));
  } catch {
    return output.replace(/[{}]/g, ' ').trim();
  }
}

function wordsIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(wordsIn).join(', ');
  return Object.entries(value)
    .map(([name, one]) => `${name.replaceAll('_', ' ')} ${wordsIn(one)}`)
    .join(', ');
}
