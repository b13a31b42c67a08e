import { expect, it } from 'vitest';
import { isMurmur, wordsOf, wordsSoFar } from '../../src/conversation/completeness.js';
import { english } from '../../src/languages/en.js';

it.each([
  ['tell me a story', 'complete'],
  ['Tell me a story.', 'complete'],
  ['what time is it', 'complete'],
  ['who are you', 'complete'],
  ['what is it about', 'complete'],
  ['stop', 'complete'],
  ['why', 'complete'],
  ['no', 'complete'],
  ['I am twenty five', 'complete'],
  ['what is two and two', 'complete'],
  ['could you tell me the time', 'complete'],
  ['I would like to hear a story', 'complete'],
  ['do you know Paris', 'complete'],
  ['I love you', 'complete'],
  ['Vitamin A.', 'complete'],
  ['Just because.', 'complete'],
  ['Could you help me.', 'complete'],
  ['I want to see.', 'complete'],
  ['vitamin a', 'incomplete'],
  ['What is it for?', 'complete'],
  ['Could you tell me?', 'complete'],
  ['my number is five five', 'incomplete'],
  ['could you tell me', 'incomplete'],
  ['Could you tell me.', 'incomplete'],
  ['I would like to hear', 'incomplete'],
  ['so, do you know', 'incomplete'],
  ['Let me think.', 'incomplete'],
  ['I went there and.', 'incomplete'],
  ['I want the.', 'incomplete'],
  ['Well.', 'incomplete'],
  ['can you tell me who you are', 'complete'],
  ['do you know what time it is', 'complete'],
  ['what do you have', 'complete'],
  ['yes it is', 'complete'],
  ['yes please do', 'complete'],
  ['i think so', 'complete'],
  ['i am very well', 'complete'],
  ['go', 'complete'],
  ['i see it', 'complete'],
  ['I want that', 'complete'],
  ['the answer is', 'incomplete'],
  ['my name is', 'incomplete'],
  ['tell me a', 'incomplete'],
  ['i would like to', 'incomplete'],
  ['I went there and', 'incomplete'],
  ['I went there, and um', 'incomplete'],
  ['the thing is,', 'incomplete'],
  ['well…', 'incomplete'],
  ['my number is 5 5', 'incomplete'],
  ['yes', 'backchannel'],
  ['mhm', 'backchannel'],
  ['Okay, right.', 'backchannel'],
  ['uh-huh', 'backchannel'],
  ['Uh huh.', 'backchannel'],
  ['Uh huh, okay.', 'backchannel'],
  ['uh huh, uh huh', 'backchannel'],
  ['Mm-mm.', 'complete'],
  ['Mm-hmm.', 'backchannel'],
  ['Mm-hmm, okay.', 'backchannel'],
  ['uh', 'incomplete'],
  ['huh?', 'complete'],
  ['I see.', 'backchannel'],
  ['oh, I see', 'backchannel'],
  ['go on', 'backchannel'],
  ['yes I want that', 'complete'],
  ['', 'none'],
  ['  ...', 'none'],
] as const)('"%s" is %s', (text, words) => {
  expect(wordsOf(text, english)).toBe(words);
});

it.each([
  ['uh', 'none'],
  ['Um…', 'none'],
  ['uh huh', 'backchannel'],
  ['uh, wait', 'complete'],
  ['stop', 'complete'],
] as const)('"%s" of somebody who still speaks is %s', (text, words) => {
  expect(wordsSoFar(text, english)).toBe(words);
});

it.each(['Mhm.', 'uh-huh', 'Uh huh', 'mm-hmm'])('"%s" wants no answer', (text) => {
  expect(isMurmur(text, english)).toBe(true);
});

it.each(['okay', 'uh', 'huh', 'mhm, stop'])('"%s" may want one', (text) => {
  expect(isMurmur(text, english)).toBe(false);
});
