import { copyFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readOptions } from '../../src/bench/options.js';
import { loadScenario, shippedScenarios } from '../../src/bench/scenario-files.js';
import { writtenOptions } from '../../src/bench/written-options.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (...args: string[]) => readOptions(args, ROOT);

describe('the command line of the bench', () => {
  it.each([
    ['http://127.0.0.1:8080', 'ws://127.0.0.1:8080/v1/realtime'],
    ['https://parley.example', 'wss://parley.example/v1/realtime'],
    ['ws://127.0.0.1:8080', 'ws://127.0.0.1:8080/v1/realtime'],
    ['wss://parley.example/', 'wss://parley.example/v1/realtime'],
    ['wss://parley.example/behind/a/proxy', 'wss://parley.example/behind/a/proxy'],
  ])('finds the socket of %s', (url, socket) => {
    expect(read('--url', url).url).toBe(socket);
  });

  it.each([
    [['--url', 'parley.example'], /--url parley.example is not the address/],
    [['--url', 'http://x', '--vendors', 'quick'], /--url and --vendors cannot both be/],
    [['--turns', '2', '--minutes', '2'], /--turns and --minutes cannot both be/],
    [['--baseline', 'sequential', '--scenario', 'tools'], /--baseline is for spoken turns/],
    [['--baseline', 'sequential', '--interrupt'], /--baseline is for spoken turns/],
    [['--scenario', 'ramp', '--minutes', '3'], /is a ramp, which has turns/],
    [['--scenario', 'nothing-like-it'], /nothing-like-it/],
    [['--callers', '0'], /--callers 0 is not a whole number/],
  ])('refuses %s', (args, sentence) => {
    expect(() => read(...args)).toThrow(sentence);
  });
});

describe('a baseline', () => {
  it('asks the shipped questions, and no recording of somebody else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-'));
    copyFileSync(join(ROOT, 'src/bench/voices/what-is-your-name.wav'), join(folder, 'mine.wav'));
    const recordings = [{ name: 'mine', wav: 'mine.wav', text: 'What is your name?' }];
    const scenario = { name: 'mine', about: 'Mine.', callers: 1, turns: 1, recordings, script: [[{ say: 'mine' }]] };
    const file = join(folder, 'mine.json');
    writeFileSync(file, JSON.stringify(scenario));
    expect(() => read('--baseline', 'sequential', '--scenario', file)).toThrow(/cannot be with recordings of your own/);
    expect(read('--scenario', file).baseline).toBeNull();
    expect(read('--baseline', 'sequential').baseline).toBe('sequential');
  });
});

describe('the options in the file of a run', () => {
  it('have no key, no user, and no folder', () => {
    const url = 'wss://me:secret@parley.example:8443/behind/a/proxy?key=secret';
    const given = read('--url', url, '--token', 'a-secret', '--json', '/home/me/run.json', '--html', 'out/run.html');
    expect(given.url).toBe(url);
    const shown = writtenOptions(given);
    expect(shown).toMatchObject({
      url: 'wss://parley.example:8443/behind/a/proxy',
      json: 'run.json',
      html: 'run.html',
    });
    expect(JSON.stringify(shown)).not.toMatch(/secret|home|token/);
    expect(writtenOptions(read())).toMatchObject({ url: null, json: null, html: null });
  });
});

describe('the shipped scenarios', () => {
  it('are all there, by their names', () => {
    for (const { name } of shippedScenarios(ROOT)) expect(loadScenario(ROOT, name).name).toBe(name);
  });

  it('soak for so many sessions that the heap has a slope', () => {
    const { callers, minutes, turnsPerSession } = loadScenario(ROOT, 'soak');
    // A question, an answer of some 8 s, and twice as long a rest.
    const SECONDS_A_TURN = 25;
    const sessions = (callers! * minutes! * 60) / (SECONDS_A_TURN * turnsPerSession!);
    expect(sessions).toBeGreaterThan(360);
  });
});
