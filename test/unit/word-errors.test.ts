import { expect, it } from 'vitest';
import { wordErrors } from '../../src/bench/word-errors.js';

it.each([
  ['Good morning, Ada.', 'good morning ada', 0],
  ['Good morning, Ada.', 'Good evening, Ada!', 1],
  ['Good morning, Ada.', 'morning Ada', 1],
  ['Good morning, Ada.', 'Good good morning to Ada', 2],
  ['Good morning, Ada.', '', 3],
  ['one two three', 'three two one', 2],
])('of "%s", heard as "%s", %i are wrong', (said, heard, wrong) => {
  expect(wordErrors(said, heard)).toEqual({ wrong, of: 3 });
});
