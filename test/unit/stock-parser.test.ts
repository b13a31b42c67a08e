import { describe, expect, it } from 'vitest';
import { isUnderstood } from '../fixtures/agents-parser.js';
import { wireEvents } from '../fixtures/wire-events.js';

/** An event of the protocol that this version of the SDK does not know yet; it passes it on as it is. */
const UNKNOWN_TO_IT = 'input_audio_buffer.timeout_triggered';

describe('the agents SDK understands', () => {
  const known = Object.values(wireEvents).filter(({ type }) => type !== UNKNOWN_TO_IT);

  it.each(known.map((event) => [event.type, event] as const))('%s', (_type, event) => {
    expect(isUnderstood({ event_id: 'event_1', ...event })).toBe(true);
  });

  it('no event without its id, and none with a wrong field', () => {
    expect(isUnderstood(wireEvents['response.output_text.delta'])).toBe(false);
    expect(isUnderstood({ event_id: 'event_1', ...wireEvents['response.output_text.delta'], delta: null })).toBe(false);
  });
});
