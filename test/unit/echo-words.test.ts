import { expect, it } from 'vitest';
import { isOwnWords } from '../../src/conversation/echo-words.js';

const SAID = 'Once upon a time there was a lighthouse on a very small island. Nobody had ever climbed it, until';

it.each([
  'there was a lighthouse',
  'There was a light',
  'pon a time there was',
  'A very small island, nobody',
  'ever climbed it until',
  'climbed it',
  'climbed',
])('"%s" is what was said', (heard) => {
  expect(isOwnWords(heard, SAID)).toBe(true);
});

it.each([
  '',
  '…',
  'lighthouse',
  'very small',
  'stop',
  'there was a lighthouse stop',
  'Who climbed it?',
  'island small very',
  'was there a reason',
  'there was a castle on a very small island',
  'until when',
  'nobody ever told me about a lighthouse',
])('"%s" is somebody else’s', (heard) => {
  expect(isOwnWords(heard, SAID)).toBe(false);
});

it('is nobody’s where nothing was said', () => {
  expect(isOwnWords('there was a lighthouse', '')).toBe(false);
});
