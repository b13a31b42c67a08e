import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isSameWording, loadRecordings } from '../../src/bench/questions.js';
import { voicedRange } from '../../src/bench/voiced.js';
import { everyPhrase, loadPersonas } from '../../src/persona.js';

const folder = 'src/bench/voices';

describe('the recordings', () => {
  const { questions, story, parts, noises } = loadRecordings('.');
  const spoken = [...questions, story];
  const all = [...[...spoken, ...parts].map(({ text, ...sound }) => ({ name: text, ...sound })), ...noises];

  it('are all there, and small', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.wav'));
    expect(all.length).toBe(files.length);
    expect(files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)).toBeLessThan(1.5 * 1024 * 1024);
  });

  it('have the names of their files, each once', () => {
    const ids = [...spoken, ...parts, ...noises].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['what-time-is-it', 'tell-me-a-story', 'the-time', 'uh-huh']));
  });

  it('of questions are phrases that the persona knows', async () => {
    const personas = await loadPersonas('personas');
    const phrases = everyPhrase(personas.get('parley')!);
    const unknown = spoken.filter(({ text }) => !phrases.some(({ phrase }) => isSameWording(phrase, text)));
    expect(unknown.map(({ text }) => text)).toEqual([]);
  });

  it('begin and end with their voice, within 300 ms', () => {
    for (const { name, samples, voiced } of all) {
      const loudest = Math.max(...samples.map(Math.abs));
      const around = [...samples.subarray(0, voiced.from), ...samples.subarray(voiced.to)];
      expect(Math.max(...around.map(Math.abs)), name).toBeLessThan(0.1 * loudest);
      expect(voiced.from, name).toBeLessThan(300 * 24);
      expect(samples.length - voiced.to, name).toBeLessThan(500 * 24);
    }
  });
});

describe('the place of a voice', () => {
  const tone = (ms: number, level: number) =>
    Array.from({ length: ms * 16 }, (_, at) => Math.round(level * Math.sin(at / 5)));

  it('is found by level, over noise and under pauses', () => {
    const samples = Int16Array.from([
      ...tone(100, 20),
      ...tone(200, 9000),
      ...tone(150, 20),
      ...tone(50, 2000),
      ...tone(300, 20),
    ]);
    expect(voicedRange(samples, 16_000)).toEqual({ from: 100 * 16, to: 500 * 16 });
  });

  it('is all of a recording that is voice, and nothing of silence', () => {
    expect(voicedRange(Int16Array.from(tone(205, 9000)), 16_000)).toEqual({ from: 0, to: 205 * 16 });
    expect(voicedRange(new Int16Array(1600), 16_000)).toEqual({ from: 0, to: 0 });
    expect(voicedRange(new Int16Array(0), 16_000)).toEqual({ from: 0, to: 0 });
  });
});

describe('a transcript', () => {
  it.each([
    ['what time is it', 'What time is it?', true],
    ['Thank you, very much!', 'Thank you very much.', true],
    ['what time is', 'What time is it?', false],
    ['', 'What time is it?', false],
  ])('"%s" of "%s": right is %s', (heard, said, isRight) => {
    expect(isSameWording(heard, said)).toBe(isRight);
  });
});
