/** The messages of a request: the rules between them, and what they are to the engine that answers. */
import type { Message } from '../../../engines/contract.js';
import { invalid } from './refusals.js';
import type { ChatMessage } from './schemas.js';

/** Calls are answered at once and in full, and only calls are answered. Throws Refused. */
export function checkCalls(messages: readonly ChatMessage[]): void {
  let owed = new Set<string>();
  let at = 0;
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (!owed.delete(message.tool_call_id)) throw withoutCall(index);
      continue;
    }
    if (owed.size > 0) throw unanswered(at, owed);
    if (message.role !== 'assistant') continue;
    if (message.tool_calls === undefined && (message.content ?? message.refusal ?? null) === null) throw empty(index);
    owed = new Set(message.tool_calls?.map(({ id }) => id));
    at = index;
  }
  if (owed.size > 0) throw unanswered(at, owed);
}

function withoutCall(index: number) {
  const message = "Messages with role 'tool' must be a response to a preceding message with 'tool_calls'.";
  return invalid(message, `messages.[${index}].role`);
}

function unanswered(index: number, ids: ReadonlySet<string>) {
  const rule =
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'.";
  const message = `${rule} The following tool_call_ids did not have response messages: ${[...ids].join(', ')}`;
  return invalid(message, `messages.[${index}].role`);
}

function empty(index: number) {
  return invalid("Invalid value for 'content': expected a string, got null.", `messages.[${index}].content`);
}

export function contractMessages(messages: readonly ChatMessage[]): Message[] {
  return messages.flatMap((message): Message[] => {
    switch (message.role) {
      case 'system':
      case 'developer':
        return [{ role: 'system', text: textOf(message.content) }];
      case 'user':
        return [{ role: 'user', text: textOf(message.content) }];
      case 'tool':
        return [{ role: 'tool_result', callId: message.tool_call_id, output: textOf(message.content) }];
      default: {
        const text = textOf(message.content ?? message.refusal ?? '');
        const said: Message[] = text === '' ? [] : [{ role: 'assistant', text }];
        const calls = (message.tool_calls ?? []).map(
          (call): Message => ({ role: 'tool_call', callId: call.id, ...call.function }),
        );
        return [...said, ...calls];
      }
    }
  });
}

function textOf(content: string | readonly { readonly text: string }[]): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('');
}
