import { describe, expect, it } from 'vitest';
import { isMadeUp, loudMs } from '../../src/engines/stt/hallucination.js';
import { joined, recordings, silence } from '../fixtures/hearing/recordings.js';

describe('words that nobody said', () => {
  it.each([
    'Thank you for watching!',
    'Thanks for watching.',
    'Thank you.',
    ' Thank you so much for watching',
    "Please don't forget to subscribe.",
    'See you next time.',
    "I'll see you in the next video.",
    'I will see you next time',
    'Subtitles by the Amara.org community',
    'Vielen Dank fürs Zuschauen.',
    'Merci d’avoir regardé',
    'you',
    'Bye.',
    '[Music]',
    '(applause)',
    '...',
    '♪♪♪',
  ])('are %s, where there was next to no speech', (text) => {
    expect(isMadeUp(text, 70)).toBe(true);
  });

  it.each([
    '[BLANK_AUDIO]',
    '[MUSIC]',
    ' [Music playing in the background]',
    '(silence)',
    '[ Silence ] (applause).',
    '*laughs*',
    '（音楽）',
    '[[noise]]',
  ])('are %s, whatever was voiced', (text) => {
    expect(isMadeUp(text, 60_000)).toBe(true);
  });

  it.each(['Yes [laughs]', '(Well) I think so', '3 * 4 is twelve', 'a [b', '1) one'])(
    'are not in %s, which is more than a remark',
    (text) => {
      expect(isMadeUp(text, 60_000)).toBe(false);
    },
  );

  it.each([
    ['Thank you.', 450],
    ['Bye.', 180],
    ['Thanks for watching the dog.', 1200],
    ['Thank you very much', 900],
    ['Merci, je voudrais une question', 700],
    ['Yes', 100],
    ['No', 70],
    ['Okay', 200],
    ['What time is it?', 500],
    ['Tell me a story', 700],
    ['你好', 250],
  ])('are not "%s" in %s ms of speech', (text, voicedMs) => {
    expect(isMadeUp(text, voicedMs)).toBe(false);
  });

  it('are known phrases that would have been said at a hurry, and no others', () => {
    expect(isMadeUp('Thank you for watching', 19 * 39)).toBe(true);
    expect(isMadeUp('Thank you for watching', 19 * 41)).toBe(false);
    expect(isMadeUp('Thank us for waiting here', 21 * 30)).toBe(false);
  });

  it('are any words that could not be said in the time', () => {
    expect(isMadeUp('The quick brown fox jumps over the lazy dog and runs', 300)).toBe(true);
    expect(isMadeUp('The quick brown fox jumps over the lazy dog and runs', 2000)).toBe(false);
  });
});

describe('how much of a recording nobody listened to was loud', () => {
  const noise = (level: number, seconds: number) => {
    let state = 1;
    return Int16Array.from({ length: seconds * 16_000 }, () => {
      state = (state * 16_807) % 2_147_483_647;
      return level * (state / 2_147_483_647 - 0.5);
    });
  };

  it.each(Object.entries(recordings))('finds the speech of %s', (_, samples) => {
    expect(loudMs(samples)).toBeGreaterThan(500);
    expect(loudMs(joined(silence(3), samples, silence(3)))).toBeGreaterThan(500);
  });

  it.each([
    ['nothing', silence(0)],
    ['silence', silence(2)],
    ['a fan', noise(400, 3)],
    ['a loud fan', noise(1500, 3)],
  ])('finds none in %s', (_, samples) => {
    expect(loudMs(samples)).toBe(0);
  });
});
