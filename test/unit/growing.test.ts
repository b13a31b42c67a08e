import { expect, it } from 'vitest';
import { growing } from '../../src/conversation/growing.js';

const told = (...texts: string[]) => {
  const deltas: string[] = [];
  const tell = growing((more) => deltas.push(more));
  for (const text of texts) tell(text);
  return deltas;
};

it('tells what is new of a transcript that grows', () => {
  expect(told('Tell', 'Tell me', 'Tell me', 'Tell me a story.')).toEqual(['Tell', ' me', ' a story.']);
});

it('tells nothing that would contradict what has been told', () => {
  expect(told('Tell me', 'Sell it', 'Tell me a story')).toEqual(['Tell me', ' a story']);
  expect(told('Tell me', 'Tell', '')).toEqual(['Tell me']);
});
