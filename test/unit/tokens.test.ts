import { describe, expect, it } from 'vitest';
import type { LlmEvent, Message } from '../../src/engines/contract.js';
import { roughTokens, tellingUsage } from '../../src/engines/tokens.js';

/** What is told of a model that gives these and is then left, fails, or ends. */
async function told(events: readonly (LlmEvent | Error)[], messages: readonly Message[], leave?: 'before' | 'at_end') {
  const stop = new AbortController();
  if (leave === 'before') stop.abort();
  const tellings: [number, number][] = [];
  const source = async function* (): AsyncGenerator<LlmEvent> {
    for (const event of events) {
      if (event instanceof Error) throw event;
      yield event;
    }
    if (leave === 'at_end') stop.abort();
    stop.signal.throwIfAborted();
  };
  const request = { messages, tools: [], toolChoice: 'auto', maxTokens: 'inf', presenter: null } as const;
  try {
    for await (const _ of tellingUsage(source(), request, stop.signal, (...counts) => void tellings.push(counts)));
  } catch {
    // Whoever reads it is told.
  }
  return tellings;
}

const question: Message = { role: 'user', text: 'x'.repeat(35) };
const text = (length: number): LlmEvent => ({ kind: 'text', text: 'y'.repeat(length) });

describe('what an answer has cost', () => {
  it('is what the model says', async () => {
    expect(await told([text(70), { kind: 'usage', inputTokens: 12, outputTokens: 3 }], [question])).toEqual([[12, 3]]);
  });

  it('is reckoned where the model is left: what it read, and what it wrote until then', async () => {
    expect(await told([text(70)], [question], 'at_end')).toEqual([[14, 20]]);
    const call: LlmEvent = { kind: 'tool_call', callId: 'c', name: 'look', arguments: 'z'.repeat(35) };
    expect(await told([call], [question], 'at_end')).toEqual([[14, 10]]);
    expect(await told([], [question], 'at_end')).toEqual([[14, 0]]);
  });

  it('is reckoned where it breaks off, and nothing where it never began', async () => {
    expect(await told([text(35), new Error('cut')], [question])).toEqual([[14, 10]]);
    expect(await told([new Error('refused')], [question])).toEqual([]);
    expect(await told([], [question], 'before')).toEqual([]);
  });

  it('is not reckoned from more of a long conversation than a model is given', async () => {
    const long = Array.from({ length: 5000 }, (): Message => question);
    expect(await told([], [...long, { role: 'user', text: '字'.repeat(1_000_000) }], 'at_end')).toEqual([[8000, 0]]);
    expect(await told([], long, 'at_end')).toEqual([[8000, 0]]);
  });

  it('is more where a sign is a word', () => {
    expect([roughTokens('seven letters'), roughTokens('七个字七个字七')]).toEqual([4, 7]);
  });
});
