/** What every language model engine promises (src/engines/contract.ts). Each provider runs this with its own set-up. */
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, EngineContext, Llm, LlmEvent, LlmRequest, Message } from '../../src/engines/contract.js';
import { ParleyError } from '../../src/errors.js';
import { promptly } from './promptly.js';

export interface LlmUnderTest {
  readonly engine: Engine<Llm>;
  /** Something to which it answers with at least five pieces of text. */
  readonly question: string;
}

/** A tool that the engine calls when asked so, and a word of its output that the answer must hold. */
export interface ToolUnderTest {
  readonly name: string;
  readonly question: string;
  readonly output: string;
  readonly word: string;
}

export function llmContract(name: string, makeEngine: () => Promise<LlmUnderTest>, tool?: ToolUnderTest): void {
  describe(`${name} keeps the language model contract`, () => {
    let tested: LlmUnderTest;
    beforeAll(async () => {
      tested = await makeEngine();
    });
    afterAll(async () => {
      await tested.engine.close();
      await tested.engine.close();
    });

    const run = (request: Partial<LlmRequest>, signal = new AbortController().signal) =>
      tested.engine.run(
        { messages: [], tools: [], toolChoice: 'auto', maxTokens: 'inf', presenter: null, ...request },
        contextOf(signal),
      );
    const asked = (text: string): Message[] => [{ role: 'user', text }];

    it('is up, and has a name', () => {
      expect(tested.engine.name).toMatch(/^[a-z0-9-]+$/);
      expect(tested.engine.health()).toBe('up');
    });

    it('answers in pieces, then counts its tokens once, and ends', async () => {
      const events = await all(run({ messages: asked(tested.question) }));
      const texts = events.filter((event) => event.kind === 'text');
      expect(texts.length).toBeGreaterThanOrEqual(5);
      expect(texts.every((event) => event.text !== '')).toBe(true);
      expect(events.filter((event) => event.kind === 'usage')).toEqual([events.at(-1)]);
      expect(events.at(-1)).toMatchObject({ inputTokens: expect.any(Number), outputTokens: expect.any(Number) });
      expect(events.some((event) => event.kind === 'cut')).toBe(false);
    });

    it('answers an empty conversation and a blank message', async () => {
      expect(textOf(await all(run({})))).toMatch(/\S/);
      await expect(all(run({ messages: asked('  ') }))).resolves.toBeInstanceOf(Array);
    });

    it('stops at maxTokens and says so', async () => {
      const events = await all(run({ messages: asked(tested.question), maxTokens: 3 }));
      expect(events).toContainEqual({ kind: 'cut', reason: 'max_output_tokens' });
      const usage = events.find((event) => event.kind === 'usage');
      expect(usage?.outputTokens).toBeLessThanOrEqual(3);
    });

    it('speaks to a caller who has not been understood, and to one who is silent', async () => {
      for (const message of [
        { role: 'user', text: '', unclear: true },
        { role: 'user', text: '', silent: true },
      ] as const) {
        const events = await all(run({ messages: [...asked(tested.question), message] }));
        expect(textOf(events)).toMatch(/\w/);
      }
    });

    it('gives nothing for a signal that is aborted already, and throws its reason', async () => {
      const reason = new ParleyError('turn_cancelled');
      const events: LlmEvent[] = [];
      await expect(all(run({ messages: asked(tested.question) }, AbortSignal.abort(reason)), events)).rejects.toBe(
        reason,
      );
      expect(events).toEqual([]);
    });

    it('ends at once when it is aborted in the middle, with nothing after it', async () => {
      const stop = new AbortController();
      const reason = new ParleyError('barge_in');
      const reader = run({ messages: asked(tested.question) }, stop.signal)[Symbol.asyncIterator]();
      await reader.next();
      await reader.next();
      stop.abort(reason);
      await expect(promptly(reader.next())).rejects.toBe(reason);
      expect(await reader.next()).toEqual({ done: true, value: undefined });
    });

    it('lets a reader leave early', async () => {
      for await (const event of run({ messages: asked(tested.question) })) {
        expect(event.kind).toBe('text');
        break;
      }
    });

    it('answers many at once, each for itself', async () => {
      const alone = textOf(await all(run({ messages: asked(tested.question), maxTokens: 4 })));
      const many = await Promise.all(
        Array.from({ length: 8 }, () => all(run({ messages: asked(tested.question), maxTokens: 4 }))),
      );
      expect(many.map(textOf)).toEqual(Array.from({ length: 8 }, () => alone));
    });

    if (tool === undefined) return;

    it('calls a tool that is offered, and speaks of its output', async () => {
      const messages = asked(tool.question);
      const tools = [{ name: tool.name, parameters: { type: 'object' } }];
      const events = await all(run({ messages, tools }));
      const call = events.find((event) => event.kind === 'tool_call');
      if (!call) throw new Error('the tool was not called');
      expect(call.name).toBe(tool.name);
      expect(JSON.parse(call.arguments)).toBeTypeOf('object');
      expect(events.some((event) => event.kind === 'usage')).toBe(true);

      const { kind, ...rest } = call;
      const done: Message[] = [
        ...messages,
        { role: kind, ...rest },
        { role: 'tool_result', callId: call.callId, output: tool.output },
      ];
      expect(textOf(await all(run({ messages: done, tools })))).toContain(tool.word);
    });

    it('calls no tool when it may not', async () => {
      const tools = [{ name: tool.name }];
      const events = await all(run({ messages: asked(tool.question), tools, toolChoice: 'none' }));
      expect(events.some((event) => event.kind === 'tool_call')).toBe(false);
    });
  });
}

const contextOf = (signal: AbortSignal): EngineContext => ({
  signal,
  log: pino({ level: 'silent' }),
  turn: 'turn_test',
});

async function all(source: AsyncIterable<LlmEvent>, events: LlmEvent[] = []): Promise<LlmEvent[]> {
  for await (const event of source) events.push(event);
  return events;
}

const textOf = (events: readonly LlmEvent[]) =>
  events.flatMap((event) => (event.kind === 'text' ? [event.text] : [])).join('');
