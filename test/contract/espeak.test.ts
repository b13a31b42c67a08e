import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EspeakEngine, espeakTts } from '../../src/engines/tts/espeak.js';
import { all, context, countSamples, given, ttsContract } from './tts.js';

const workerFile = join(import.meta.dirname, '../../dist/engines/tts/espeak-worker.js');
const log = pino({ level: 'silent' });
const forever = new AbortController().signal;

function installed(): boolean {
  try {
    return createRequire(import.meta.url).resolve('@echogarden/espeak-ng-emscripten') !== '';
  } catch {
    return false;
  }
}

async function started() {
  const engine = espeakTts({ workerFile, log });
  await engine.ready(forever);
  return engine;
}

describe.skipIf(!installed())('espeak', () => {
  ttsContract('espeak', started);

  let engine: EspeakEngine;
  beforeAll(async () => {
    engine = await started();
  });
  afterAll(() => engine.close());
  const say = (voice: string, texts: string[], speed = 1) =>
    all(engine.run(given(texts), { voice, speed }, context(forever)));

  it('speaks with every voice that it names', async () => {
    for (const { id } of engine.voices) {
      expect(countSamples(await say(id, ['Hello there.'])), id).toBeGreaterThan(24_000 / 4);
    }
  });

  it('refuses a speed out of range by name', async () => {
    await expect(say('ada', ['Hello.'], 3)).rejects.toMatchObject({ code: 'invalid_value', param: 'speed' });
  });

  it('keeps the voices of callers apart: each hears at once what each would hear alone', async () => {
    const one = () => say('ada', ['One, two.', 'Three.']);
    const other = () => say('ben', ['Four. Five.']);
    const alone = [countSamples(await one()), countSamples(await other())];
    const both = (await Promise.all([one(), other(), one(), other()])).map(countSamples);
    // The noise in it is random, so that the edges found by the trimming move by some milliseconds.
    both.forEach((count, n) => {
      expect(Math.abs(count - alone[n % 2]!)).toBeLessThan(24_000 * 0.05);
    });
  });

  it('survives its process: killed in mid-word, the stream fails by name, and the next process answers', async () => {
    const pieces = engine.run(given(['A long sentence, '.repeat(50)]), { voice: 'ada', speed: 1 }, context(forever));
    const reader = pieces[Symbol.asyncIterator]();
    expect((await reader.next()).done).toBe(false);
    const killed = engine.pid!;
    process.kill(killed, 'SIGKILL');
    const rest = all({ [Symbol.asyncIterator]: () => reader });
    await expect(rest).rejects.toMatchObject({ name: 'ParleyError', code: 'worker_broken' });
    await engine.ready(forever);
    expect(engine.pid).not.toBe(killed);
    expect(engine.health()).toBe('up');
    expect(countSamples(await say('ada', ['Here again.']))).toBeGreaterThan(0);
  });
});

it('espeak without its package is down, with the line that installs it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-espeak-'));
  const withoutPackage = join(folder, 'worker.mjs');
  const hooks = `export function resolve(name, context, next) {
    if (!name.startsWith('@echogarden/')) return next(name, context);
    throw Object.assign(new Error('no such package'), { code: 'ERR_MODULE_NOT_FOUND' });
  }`;
  writeFileSync(
    withoutPackage,
    `import { register } from 'node:module';
     register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hooks))});
     await import(${JSON.stringify(pathToFileURL(workerFile).href)});`,
  );
  const engine = espeakTts({ workerFile: withoutPackage, log });
  try {
    await expect(engine.ready(forever)).rejects.toMatchObject({ code: 'worker_settings' });
    expect(engine.health()).toEqual({ down: expect.stringContaining('npm install') });
    const speech = engine.run(given(['Hello.']), { voice: 'ada', speed: 1 }, context(forever));
    await expect(all(speech)).rejects.toMatchObject({ code: 'worker_settings' });
  } finally {
    await engine.close();
    rmSync(folder, { recursive: true });
  }
});
