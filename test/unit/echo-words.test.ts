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

const STORY = '从前有一座小岛，岛上如果您不要这个就等一下，然后有一座灯塔，谁也没有上去过，现在停在这里';

it.each(['从前有一座', '谁也没有上', '上去过现在', '停在这里', '在这里'])(
  '"%s" is what was said, by its letters',
  (heard) => {
    expect(isOwnWords(heard, STORY)).toBe(true);
  },
);

// So few letters are in any sentence.
it.each(['停', '这里', '不要', '等一下', '有一座', '停在那里'])(
  '"%s" is somebody else’s, for all its letters',
  (heard) => {
    expect(isOwnWords(heard, STORY)).toBe(false);
  },
);
