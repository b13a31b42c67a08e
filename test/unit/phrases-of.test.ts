import { expect, it } from 'vitest';
import { phraser } from '../../src/conversation/phrases.js';
import { phrasesOf } from '../../src/conversation/phrases-of.js';
import { standbyOf } from '../../src/persona-standby.js';

const { fillers, ...lines } = standbyOf({ standby: {}, language: 'en-US' });

it.each([...Object.values(lines), ...fillers])('knows beforehand how "%s" will be cut', (line) => {
  const known = phrasesOf(line!);
  for (const before of ['', 'Something else came first. ']) {
    const splitter = phraser();
    const said = [...splitter.push(before, 0), ...splitter.push(line!, 0), ...splitter.end()].map(({ text }) => text);
    const ofLine = said.slice(before === '' ? 0 : 1);
    expect(ofLine.join(' ')).toBe(line);
    expect(known).toEqual(expect.arrayContaining(ofLine));
  }
});

it('leaves other languages their own lines', () => {
  expect(standbyOf({ standby: {}, language: 'de' })).toEqual({
    apology: null,
    brokenOff: null,
    tooLong: null,
    voiceLost: null,
    farewell: null,
    fillers: [],
  });
  expect(standbyOf({ standby: { apology: 'Moment!' }, language: 'de' }).apology).toBe('Moment!');
});
