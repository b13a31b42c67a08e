/**
 * The language model that is always there: it follows the script of a persona. It keeps no state; what was told, cut
 * off or asked before is read from the messages (script/memory.ts). Instructions in system messages are for models that
 * can follow them; a script cannot, and leaves them aside.
 */
import { ParleyError } from '../../errors.js';
import { delay } from '../../flow.js';
import type { Persona } from '../../persona.js';
import { presentedBy } from '../../persona-presenters.js';
import type { Engine, Llm, LlmEvent, LlmRequest } from '../contract.js';
import { messageTokens, roughTokens } from '../tokens.js';
import { fillClock } from './script/clock.js';
import { decide } from './script/decide.js';
import { remember } from './script/memory.js';
import { createScript, type Script } from './script/script.js';

interface Options {
  readonly persona: Persona;
  now(): Date;
  /** It is asked where a model could not answer: what it does not know it leaves open, instead of talking around it. */
  readonly isStandIn?: boolean;
  /** Milliseconds between words: a script is done at once, and what streams is easier on the stages behind. */
  readonly pace?: number;
}

export function scriptedLlm({ persona, now, isStandIn = false, pace = 2 }: Options): Engine<Llm> {
  const script = createScript(presentedBy(persona, null));
  const scripts = new Map(
    Object.keys(persona.presenters).map((avatar) => [avatar, createScript(presentedBy(persona, avatar))]),
  );
  const scriptOf = (presenter: string | null) => scripts.get(presenter ?? '') ?? script;
  return {
    name: 'scripted',
    readAhead: 0,
    run: (request, context) =>
      answer(scriptOf(request.presenter), request, { signal: context.signal, now: now(), isStandIn, pace }),
    health: () => 'up',
    close: async () => {},
  };
}

interface Manner {
  readonly signal: AbortSignal;
  readonly now: Date;
  readonly isStandIn: boolean;
  readonly pace: number;
}

async function* answer(script: Script, request: LlmRequest, manner: Manner): AsyncGenerator<LlmEvent, void, undefined> {
  const { signal, now, isStandIn } = manner;
  signal.throwIfAborted();
  const { memory, talk } = remember(script, request.messages);
  const plan = decide(script, memory, talk, {
    offered: (tool) => isOffered(request, tool),
    turnOfGreeting: Math.floor(now.getTime() / 60_000),
  });
  const inputTokens = request.messages.reduce((sum, message) => sum + messageTokens(message), 0);
  if (plan.kind === 'call') {
    const { name } = plan.tool;
    const calls = request.messages.filter((message) => message.role === 'tool_call').length;
    const call = JSON.stringify(plan.tool.arguments);
    yield { kind: 'tool_call', callId: `call_scripted_${calls + 1}`, name, arguments: call };
    signal.throwIfAborted();
    yield { kind: 'usage', inputTokens, outputTokens: roughTokens(call) };
    return;
  }
  if (isStandIn && plan.saying.line.list === 'fallback' && talk.said !== '') {
    throw new ParleyError('no_answer', 'The script has nothing on this.');
  }
  const text = fillClock(plan.saying.text, now, script.persona.language);
  const outputTokens = yield* stream(text, request.maxTokens, manner);
  signal.throwIfAborted();
  yield { kind: 'usage', inputTokens, outputTokens };
}

/** Word by word, with the space before it, as language models give them. Returns the tokens that it took. */
async function* stream(
  text: string,
  maxTokens: number | 'inf',
  { signal, pace }: Manner,
): AsyncGenerator<LlmEvent, number, undefined> {
  const most = maxTokens === 'inf' ? Number.POSITIVE_INFINITY : maxTokens;
  let tokens = 0;
  for (const piece of text.match(/\s*\S+/g) ?? []) {
    if (pace > 0) await delay(pace, signal);
    signal.throwIfAborted();
    if (tokens + roughTokens(piece) > most) {
      yield { kind: 'cut', reason: 'max_output_tokens' };
      return tokens;
    }
    tokens += roughTokens(piece);
    yield { kind: 'text', text: piece };
  }
  return tokens;
}

function isOffered({ tools, toolChoice }: LlmRequest, name: string): boolean {
  if (toolChoice === 'none' || !tools.some((tool) => tool.name === name)) return false;
  return typeof toolChoice === 'string' || toolChoice.name === name;
}
