import { describe, expect, it } from 'vitest';
import { differences, shapeOf } from '../../src/bench/live-shape.js';

describe('the shape of an answer', () => {
  it('has headers in small letters, and every field with the kinds of its values', () => {
    const { headers, fields } = shapeOf(
      ['X-Request-Id', 'date'],
      [
        { id: 'a', choices: [{ delta: { content: 'x' } }] },
        { id: null, choices: [] },
      ],
    );
    expect([...headers]).toEqual(['x-request-id', 'date']);
    expect(Object.fromEntries([...fields].map(([path, kinds]) => [path, [...kinds]]))).toEqual({
      id: ['string', 'null'],
      choices: ['list'],
      'choices[]': ['object'],
      'choices[].delta': ['object'],
      'choices[].delta.content': ['string'],
    });
  });

  it('is the same for other values', () => {
    const [one, other] = [shapeOf(['date'], [{ text: 'a' }]), shapeOf(['date'], [{ text: 'b' }, { text: 'c' }])];
    const none = { headers: [], fields: [] };
    expect(differences(one, other)).toEqual({ onlyVendor: none, onlySimulator: none, otherKinds: [] });
  });

  it('differs by what one of both has alone, without what lies within it, and by kinds that the simulator lacks', () => {
    const vendor = shapeOf(['date', 'via'], [{ usage: { seconds: 1 }, id: 3, name: 'a', word: null }]);
    const simulator = shapeOf(['date', 'x-own'], [{ id: 'x', name: 'a', word: 'b', logs: [{ at: 1 }] }]);
    expect(differences(vendor, simulator)).toEqual({
      onlyVendor: { headers: ['via'], fields: ['usage'] },
      onlySimulator: { headers: ['x-own'], fields: ['logs'] },
      otherKinds: ['id (number)', 'word (null)'],
    });
  });
});
