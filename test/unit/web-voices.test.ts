/** What the page of the voices says and writes, without a page. */
import { describe, expect, it } from 'vitest';
import { pcmSamples } from '../../src/audio/pcm.js';
import { loudnessHints, troubleWith } from '../../web-client/voices/loudness.js';
import { consentOf, consentTrouble, textFor } from '../../web-client/voices/reading.js';
import { sentenceOf } from '../../web-client/voices/sentence.js';
import { wavFile } from '../../web-client/voices/wav.js';

const RATE = 24_000;
const FRAME = 480;

/** A tone at a level in decibels below full scale, cut off where that is too loud. */
const tone = (seconds: number, decibels: number): Int16Array =>
  Int16Array.from({ length: seconds * RATE }, (_, at) => {
    const sample = Math.SQRT2 * 10 ** (decibels / 20) * Math.sin((2 * Math.PI * 300 * at) / RATE);
    return Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)));
  });

/** The hint after the last frame of each of these. */
function hintsOf(...sounds: readonly Int16Array[]): string[] {
  const push = loudnessHints();
  return sounds.map((sound) => {
    let hint = '';
    for (let at = 0; at < sound.length; at += FRAME) hint = push(sound.subarray(at, at + FRAME));
    return hint;
  });
}

describe('a recording as a file', () => {
  it('is 16-bit mono PCM behind a header of 44 bytes', () => {
    const samples = Int16Array.of(0, 1, -1, 32_767, -32_768);
    const file = wavFile(samples, RATE);
    const view = new DataView(file.buffer);
    const tag = (at: number) => String.fromCharCode(...file.subarray(at, at + 4));
    expect([0, 8, 12, 36].map(tag)).toEqual(['RIFF', 'WAVE', 'fmt ', 'data']);
    expect([4, 16, 24, 28, 40].map((at) => view.getUint32(at, true))).toEqual([46, 16, 24_000, 48_000, 10]);
    expect([20, 22, 32, 34].map((at) => view.getUint16(at, true))).toEqual([1, 1, 2, 16]);
    expect(pcmSamples(file.subarray(44))).toEqual(samples);
  });

  it('may be without a sample', () => {
    expect(wavFile(new Int16Array(0), RATE)).toHaveLength(44);
  });
});

describe('the hint while one speaks', () => {
  it('waits for somebody to begin, and calls nobody quiet before', () => {
    expect(hintsOf(tone(1, -70), tone(1, -70))).toEqual(['waiting', 'quiet']);
  });

  it('is good for as long as the last three seconds had speech in them', () => {
    expect(hintsOf(tone(0.5, -20), tone(2, -70), tone(1, -70))).toEqual(['good', 'good', 'quiet']);
  });

  it('says when it is too loud, and no more when that has passed', () => {
    expect(hintsOf(tone(1, -20), tone(1, 2), tone(4, -20))).toEqual(['good', 'clipping', 'good']);
  });
});

describe('what the server would say of a recording', () => {
  it.each([
    ['good', tone(3, -20), null],
    ['too short', tone(2.9, -20), 'Too short'],
    ['too loud', tone(3, 2), 'Too loud'],
    ['too quiet', tone(3, -50), 'Too quiet'],
    ['silent', new Int16Array(3 * RATE), 'Too quiet'],
  ])('%s', (_, samples, trouble) => {
    const found = troubleWith(samples);
    if (trouble === null) expect(found).toBeNull();
    else expect(found).toContain(trouble);
  });
});

describe('the sentence of consent', () => {
  const day = new Date(2026, 4, 3, 12);

  it('has the speaker and the day, and is none without the speaker', () => {
    expect(consentOf(' Anna Smith ', day)).toMatch(/^On 3 May 2026 I, Anna Smith, /);
    expect(consentTrouble(consentOf('Anna Smith', day))).toBeNull();
    expect(consentTrouble(consentOf('  ', day))).toContain('Say who speaks');
    expect(consentTrouble('  yes      ')).toContain('Write a sentence');
  });

  it('fits, with a name as long as its field takes', () => {
    expect(consentOf('n'.repeat(200), day).length).toBeLessThanOrEqual(1000);
  });
});

describe('the text to read aloud', () => {
  it('is another one for the next recording, and there is one for each of eight', () => {
    const texts = Array.from({ length: 8 }, (_, take) => textFor(take));
    // 15 to 20 seconds at 150 words a minute.
    for (const text of texts) expect(text.split(' ').length).toBeGreaterThan(37);
    for (const [at, text] of texts.entries()) expect(text).not.toBe(texts[at + 1]);
  });
});

describe('what a refusal says', () => {
  it('is what is wrong and what to do, and not the same twice', () => {
    expect(sentenceOf({ message: 'It is short.', what_to_do: 'Record more.' })).toBe('It is short. Record more.');
    expect(sentenceOf({ message: 'Record more.', what_to_do: 'Record more.' })).toBe('Record more.');
    expect(sentenceOf({})).toBe('');
  });
});
