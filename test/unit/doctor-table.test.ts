import { expect, it } from 'vitest';
import { type Finding, isIll, table } from '../../src/doctor/findings.js';

const well: Finding = {
  part: 'voice',
  name: 'espeak',
  state: 'well',
  says: 'loaded in 0.30 s',
  mend: null,
  isAsked: true,
};
const absent: Finding = {
  part: 'voice',
  name: 'kokoro',
  state: 'absent',
  says: 'its model is not here',
  mend: 'npm run setup:local kokoro',
  isAsked: false,
};
const wrong: Finding = { ...absent, part: 'recogniser', name: 'whisper', state: 'wrong', says: 'it is broken' };

it('names each part once, and gives every command a line of its own', () => {
  expect(table([wrong, absent, well], false)).toBe(
    [
      '  recogniser  wrong  whisper  it is broken',
      '                              ->  npm run setup:local kokoro'.replace(/^ */, ' '.repeat(30)),
      '  voice       -      kokoro   its model is not here',
      '                              ->  npm run setup:local kokoro'.replace(/^ */, ' '.repeat(30)),
      '              ok     espeak   loaded in 0.30 s',
    ].join('\n'),
  );
});

it('has colours for terminals only, and none that moves a column', () => {
  const coloured = table([wrong, absent, well], true);
  expect(coloured).toContain('\x1b[31mwrong\x1b[0m');
  expect(coloured).toContain('\x1b[32mok   \x1b[0m');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them.
  expect(coloured.replace(/\x1b\[\d*m/g, '')).toBe(table([wrong, absent, well], false));
});

it('is ill where something is wrong that the settings ask for', () => {
  expect(isIll([well, absent])).toBe(false);
  expect(isIll([well, wrong])).toBe(false);
  expect(isIll([well, { ...wrong, isAsked: true }])).toBe(true);
});
