import { describe, expect, it } from 'vitest';
import { serverMarks } from '../../src/bench/asking.js';
import type { Session } from '../../src/bench/session.js';

const session = (marks: Readonly<Record<string, Readonly<Record<string, number>>>>) =>
  ({ timings: new Map(Object.entries(marks)) }) as unknown as Session;

describe('the server’s own marks of a turn', () => {
  const heard = { soft_end: 100, first_sent: 400 };
  const requested = { first_sent: 30 };

  it('are those of the answer that heard the question, not of one that a function’s caller asked for', () => {
    expect(serverMarks(session({ a: heard, b: requested }), ['a', 'b'])).toEqual(heard);
    expect(serverMarks(session({ a: { words: 90 }, b: requested }), ['a', 'b'])).toEqual({ words: 90 });
  });

  it('are those of the answer itself, if none heard it, and none if it told none', () => {
    expect(serverMarks(session({ a: { first_sent: 20 }, b: requested }), ['a', 'b'])).toEqual(requested);
    expect(serverMarks(session({ a: { first_sent: 20 } }), ['a', 'b'])).toBeNull();
    expect(serverMarks(session({}), [])).toBeNull();
  });
});
