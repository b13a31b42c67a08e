import { describe, expect, it } from 'vitest';
import { redacted, shownKey } from '../../src/secrets.js';

const key = 'sk-proj-Zm9vYmFyYmF6cXV4LW5vdC1h';

describe('keys', () => {
  it.each([
    [`Authorization: Bearer ${key}`, 'Authorization: Bearer …dC1h'],
    [`{"key":"${key}"}`, '{"key":"…dC1h"}'],
    ['Incorrect API key provided: sk-proj-****dC1h.', 'Incorrect API key provided: …dC1h'],
    [`https://api.example/v1?key=${key}&a=b`, 'https://api.example/v1?key=…dC1h&a=b'],
    ['nothing of it', 'nothing of it'],
  ])('are shown by their last four characters at most: %s', (text, safe) => {
    expect(redacted(text, [key])).toBe(safe);
  });

  it('are taken out in parts, too: six characters in a row are enough', () => {
    for (let at = 0; at + 6 <= key.length; at += 1) {
      expect(redacted(`it has ${key.slice(at, at + 6)} in it`, [key])).toBe('it has …dC1h in it');
    }
  });

  it('are several, and leave JSON as it was', () => {
    const other = 'another-secret-of-16';
    const line = JSON.stringify({ msg: `"${key}" and ${other}\n`, at: 1 });
    expect(JSON.parse(redacted(line, [key, other]))).toEqual({ msg: '"…dC1h" and …f-16\n', at: 1 });
  });

  it('are not what stands in for one: words of less than eight characters', () => {
    expect(redacted('ollama is not there', ['ollama'])).toBe('ollama is not there');
  });

  it('show nothing if four characters were much of them', () => {
    expect(shownKey('short-key')).toBe('…');
    expect(shownKey(key)).toBe('…dC1h');
  });

  it.each(['ab,cd,ef,gh,ij,kl,mn', 'secret;token;12;34;56', 'a&b=c/d+e?f#g%h!i~j', `quo"te'd-back\\slash-key`])(
    'are found with their punctuation, in JSON and in addresses: %s',
    (odd) => {
      for (const text of [odd, `x=${odd}!`, JSON.stringify({ odd }), `?token=${encodeURIComponent(odd)}`]) {
        const safe = redacted(text, [odd]);
        expect(safe).toContain('…');
        for (let at = 0; at + 6 <= odd.length; at += 1) expect(safe).not.toContain(odd.slice(at, at + 6));
      }
      expect(JSON.parse(redacted(JSON.stringify({ odd, n: 1 }), [odd]))).toMatchObject({ n: 1 });
    },
  );
});
