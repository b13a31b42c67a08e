/** What answers cost in tokens: as a model says it, and roughly where nobody does. */
import type { LlmEvent, LlmRequest, Message } from './contract.js';

/** English has about four characters to a token, many languages fewer; where words are not set apart, one or two. */
const CHARACTERS_A_TOKEN = 3.5;
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/gu;
/** What a message costs besides its text. */
const FRAME_TOKENS = 4;

export function roughTokens(text: string): number {
  const wide = text.match(WIDE)?.length ?? 0;
  return wide + Math.ceil((text.length - wide) / CHARACTERS_A_TOKEN);
}

export const messageTokens = (message: Message): number => FRAME_TOKENS + roughTokens(wordsOf(message));

/** A conversation may be much longer than what models are given of it; more than this is not looked at. */
const MOST_READ = 8000;

/** Of the newest messages, as many as a model is usually given. */
function readTokens(messages: readonly Message[]): number {
  let tokens = 0;
  for (let at = messages.length - 1; at >= 0 && tokens < MOST_READ; at -= 1) {
    const words = wordsOf(messages[at]!);
    tokens += FRAME_TOKENS + roughTokens(words.slice(0, MOST_READ * CHARACTERS_A_TOKEN));
  }
  return Math.min(tokens, MOST_READ);
}

function wordsOf(message: Message): string {
  if (message.role === 'tool_call') return message.name + message.arguments;
  return message.role === 'tool_result' ? message.output : message.text;
}

/**
 * The same events. `tell` is called once: a model that is left in the middle of an answer does not say what it cost, and
 * one that failed before it had said anything has cost nothing.
 */
export async function* tellingUsage(
  events: AsyncIterable<LlmEvent>,
  { messages }: LlmRequest,
  signal: AbortSignal,
  tell: (input: number, output: number) => void,
): AsyncGenerator<LlmEvent, void, undefined> {
  const isWanted = !signal.aborted;
  let written = '';
  let isTold = false;
  try {
    for await (const event of events) {
      if (event.kind === 'text') written += event.text;
      if (event.kind === 'tool_call') written += event.arguments;
      if (event.kind === 'usage') {
        isTold = true;
        tell(event.inputTokens, event.outputTokens);
      }
      yield event;
    }
  } finally {
    if (!isTold && (written !== '' || (isWanted && signal.aborted))) tell(readTokens(messages), roughTokens(written));
  }
}
