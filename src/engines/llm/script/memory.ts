/**
 * What was said so far, worked out from the messages alone: which lines were told, which of them were cut off and
 * where. So the script keeps nothing between turns, any server can take the next one, and what the caller did not hear
 * counts as not said.
 */
import type { Message } from '../../contract.js';
import { compose, decide, type Memory, type Saying, type Talk } from './decide.js';
import type { Script } from './script.js';
import { heardOf, keyOf, mayBegin, type Telling } from './telling.js';

const NOTHING: Memory = { told: new Map(), last: undefined, topic: undefined, unfinished: [] };

/** How far back it thinks: every message is recognised anew each turn, and a kiosk's conversation has no end. */
const MOST_MESSAGES = 60;

/** The memory after these messages, and the talk that is to be answered now. */
export function remember(script: Script, all: readonly Message[]): { memory: Memory; talk: Talk } {
  const messages = all.slice(-MOST_MESSAGES);
  let memory = NOTHING;
  let talk: Talk = { said: undefined };
  let answered = true;
  const tools = new Map<string, string>();
  for (const message of messages) {
    switch (message.role) {
      case 'system':
        break;
      case 'user':
        talk =
          'silent' in message
            ? { said: '', isSilent: true }
            : { said: message.text, ...(answered || talk.said === undefined ? {} : { before: talk.said }) };
        answered = false;
        break;
      case 'tool_call':
        tools.set(message.callId, message.name);
        break;
      case 'tool_result':
        talk = { ...talk, result: { tool: tools.get(message.callId) ?? '', output: message.output } };
        break;
      case 'assistant': {
        const found = recognise(script, memory, talk, message.text);
        if (found) memory = keep(script, memory, found.saying, found.heard);
        answered = true;
        if (talk.result) talk = talk.said === undefined ? { said: undefined } : { said: talk.said };
      }
    }
  }
  return { memory, talk };
}

/** Which line an earlier answer was. Of several that begin so, the one that would be said here. */
function recognise(
  script: Script,
  memory: Memory,
  talk: Talk,
  text: string,
): { saying: Saying; heard: number } | undefined {
  const found = script.lines.flatMap((line) => {
    if (!mayBegin(line.text, text)) return [];
    const saying = compose(script, memory, talk, line);
    const heard = saying && heardOf(saying.text, text);
    return heard === undefined ? [] : [{ saying: saying!, heard }];
  });
  const whole = found.find(({ saying, heard }) => heard === saying.text.length);
  if (whole || found.length < 2) return whole ?? found[0];
  const plan = decide(script, memory, talk, { offered: () => false, turnOfGreeting: 0 });
  const expected = plan.kind === 'say' && found.find(({ saying }) => keyOf(saying.line) === keyOf(plan.saying.line));
  // Nothing was heard: it might have been any line, so only the expected one is believed.
  return expected || (/\S/.test(text) ? found[0] : undefined);
}

function keep(script: Script, memory: Memory, saying: Saying, heard: number): Memory {
  const told = new Map(memory.told);
  if (heard > 0) told.set(keyOf(saying.line), (told.get(keyOf(saying.line)) ?? 0) + 1);
  if (saying.line.list === 'fallback' || saying.line.list === 'silence') return { ...memory, told };

  const { inner } = saying;
  const telling: Telling = inner
    ? { ...inner.telling, heard: Math.min(inner.telling.text.length, inner.from + Math.max(0, heard - inner.at)) }
    : { line: saying.line, text: saying.text, heard };
  const intent = script.intent(telling.line.intent ?? '');
  const others = memory.unfinished.filter((one) => one !== inner?.telling);
  return {
    told,
    last: intent ? telling : memory.last,
    topic: intent && !intent.aside ? intent.id : memory.topic,
    unfinished: telling.heard < telling.text.length ? [...others, telling] : others,
  };
}
