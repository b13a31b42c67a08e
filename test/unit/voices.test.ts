import { expect, it } from 'vitest';
import { checkVoice, speechFor, voicesOf } from '../../src/conversation/voices.js';

const presenter = { id: null, instructions: '', voice: 'ada', otherVoices: ['ben'], face: null };
const house = { voices: ['ada', 'ben'], mayHaveVoice: (id: string) => id.startsWith('cloned-') };

it('takes voices that are there, those that may be, and those that every client knows', () => {
  for (const voice of ['ben', 'cloned-7', 'alloy']) expect(() => checkVoice(voice, voicesOf(house), 'v')).not.toThrow();
  expect(() => checkVoice('nobody', voicesOf(house), 'v')).toThrow(expect.objectContaining({ code: 'unknown_voice' }));
  expect(() => checkVoice('cloned-7', voicesOf({ voices: ['ada'] }), 'v')).toThrow();
});

it("speaks with the caller's voice, or with the presenter's", () => {
  const speech = (voice: string) => speechFor(presenter, { voice, speed: 1 }, voicesOf(house)).voice;
  expect([speech('cloned-7'), speech('ben'), speech('alloy')]).toEqual(['cloned-7', 'ben', 'ada']);
});
