/**
 * A conversation as chat completions want it. They refuse a call of a function whose output does not follow at once, and
 * an output without its call; in a live conversation either may be missing, or stand behind what was said meanwhile.
 */
import type { ChatCompletionMessageParam, ChatCompletionMessageToolCall } from 'openai/resources/chat/completions';
import type { Message } from '../contract.js';

type Call = Extract<Message, { role: 'tool_call' }>;
type Result = Extract<Message, { role: 'tool_result' }>;

/** What the model is told where nobody said anything: in the caller's place, since not every model takes a second system message. */
const UNCLEAR = '[The caller said something that could not be understood.]';
const SILENT = '[The caller has said nothing for a while.]';
const ARRIVED = '[The caller has just arrived and has said nothing yet.]';
const PENDING = '[There is no result yet.]';

/** Messages that go together: one of them alone, or functions that were called at once and their results. */
export function grouped(messages: readonly Message[]): readonly (readonly Message[])[] {
  const results = new Map<string, Result>();
  for (const message of messages) if (message.role === 'tool_result') results.set(message.callId, message);
  const groups: Message[][] = [];
  let isCalling = false;
  for (const message of messages) {
    if (message.role === 'tool_call') {
      // Functions that were called one behind the other were called at once.
      if (isCalling) groups.at(-1)!.push(message);
      else groups.push([message]);
      isCalling = true;
    } else {
      isCalling = false;
      if (message.role !== 'tool_result') groups.push([message]);
    }
  }
  return groups.map((group) => [...group, ...group.filter(isCall).map((call) => resultOf(call, results))]);
}

const isCall = (message: Message): message is Call => message.role === 'tool_call';

const resultOf = ({ callId }: Call, results: ReadonlyMap<string, Result>): Result =>
  results.get(callId) ?? { role: 'tool_result', callId, output: PENDING };

export function chatMessages(groups: readonly (readonly Message[])[]): ChatCompletionMessageParam[] {
  const messages = groups.flatMap(asChat);
  return messages.every(({ role }) => role === 'system') ? [...messages, { role: 'user', content: ARRIVED }] : messages;
}

function asChat(group: readonly Message[]): ChatCompletionMessageParam[] {
  const calls = group.filter(isCall);
  if (calls.length === 0) return group.flatMap(asOne);
  const results = group.filter((message) => message.role === 'tool_result');
  return [
    { role: 'assistant', content: null, tool_calls: calls.map(asToolCall) },
    ...results.map(({ callId, output }) => ({ role: 'tool' as const, tool_call_id: callId, content: output })),
  ];
}

function asOne(message: Message): ChatCompletionMessageParam[] {
  if (message.role === 'tool_call' || message.role === 'tool_result') return [];
  if ('unclear' in message) return [{ role: 'user', content: UNCLEAR }];
  if ('silent' in message) return [{ role: 'user', content: SILENT }];
  // A dash says that it broke off, and is nothing that a model would learn to say.
  if ('interrupted' in message) return [{ role: 'assistant', content: `${message.text} —` }];
  return [{ role: message.role, content: message.text }];
}

const asToolCall = ({ callId, name, arguments: args }: Call): ChatCompletionMessageToolCall => ({
  id: callId,
  type: 'function',
  function: { name, arguments: args },
});
