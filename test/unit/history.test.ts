import { describe, expect, it } from 'vitest';
import { createHistory } from '../../src/conversation/history.js';
import type { Item } from '../../src/protocol/items.js';

const said = (id: string, text: string): Item => ({
  id,
  object: 'realtime.item',
  type: 'message',
  status: 'completed',
  role: 'user',
  content: [{ type: 'input_text', text }],
});
const called = (id: string, call_id: string): Item => ({
  id,
  object: 'realtime.item',
  type: 'function_call',
  status: 'completed',
  call_id,
  name: 'look',
  arguments: '{}',
});
const answered = (id: string, call_id: string): Item => ({
  id,
  object: 'realtime.item',
  type: 'function_call_output',
  status: 'completed',
  call_id,
  output: 'seen',
});

describe('the history', () => {
  it('puts items where they are wanted, and says what stands before them', () => {
    const history = createHistory();
    expect(history.insert(said('a', 'A'))).toBe(null);
    expect(history.insert(said('b', 'B'))).toBe('a');
    expect(history.insert(said('c', 'C'), 'a')).toBe('a');
    expect(history.insert(said('d', 'D'), 'root')).toBe(null);
    const texts = history
      .snapshot()
      .messages('')
      .map((message) => 'text' in message && message.text);
    expect(texts).toEqual(['D', 'A', 'C', 'B']);
    expect(() => history.insert(said('a', 'again'))).toThrow(expect.objectContaining({ code: 'item_exists' }));
    expect(() => history.insert(said('e', 'E'), 'nowhere')).toThrow(
      expect.objectContaining({ code: 'item_not_found' }),
    );
  });

  it('tells a model no output without its call, none before it, and one for each', () => {
    const history = createHistory();
    history.insert(answered('early', 'c1'));
    history.insert(called('call', 'c1'));
    history.insert(answered('output', 'c1'));
    history.insert(answered('again', 'c1'));
    history.insert(answered('stray', 'c2'));
    expect(
      history
        .snapshot()
        .messages('')
        .map(({ role }) => role),
    ).toEqual(['tool_call', 'tool_result']);
    expect(history.snapshot(['output']).messages('')).toEqual([]);
  });

  it('has no audio to cut in what was written', () => {
    const history = createHistory();
    history.insert(said('a', 'A'));
    expect(() => history.cut('a', 0)).toThrow(expect.objectContaining({ code: 'truncate_without_audio' }));
    expect(() => history.length('a')).toThrow(expect.objectContaining({ code: 'truncate_without_audio' }));
  });

  it('R19 forgets the oldest when it grows too long, and a call together with its output', () => {
    const history = createHistory();
    history.insert(called('call', 'c1'));
    history.insert(answered('output', 'c1'));
    for (let index = 0; index < 999; index += 1) history.insert(said(`item_${index}`, 'word'));
    expect(history.has('call')).toBe(false);
    expect(history.has('output')).toBe(false);
    expect(history.has('item_0')).toBe(true);
    history.insert(said('one_more', 'word'));
    history.insert(said('and_one', 'word'));
    expect(history.has('item_0')).toBe(false);
    expect(history.snapshot().messages('').length).toBe(1000);
  });

  it('R19 forgets the oldest when it grows too large', () => {
    const history = createHistory();
    for (let index = 0; index < 30; index += 1) history.insert(said(`item_${index}`, 'x'.repeat(200_000)));
    expect(history.snapshot().messages('').length).toBe(20);
    expect(history.has('item_29')).toBe(true);
  });
});
