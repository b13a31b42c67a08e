import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { variables } from '../../src/config.js';
import { openStudio, type Studio } from './studio.js';

let studio: Studio;
beforeAll(() => {
  studio = openStudio();
}, 600_000);
afterAll(() => studio.remove());

it('the doctor has somebody drawn who was filmed', { timeout: 600_000 }, async () => {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !variables.includes(name)));
  const env = { ...own, ...studio.settings, PARLEY_ENV_FILE: 'none', STT: 'none', TTS: 'none' };
  const { code, out } = await new Promise<{ code: number | null; out: string }>((done) => {
    const child = execFile(process.execPath, ['dist/doctor.js'], { env }, (_, printed) =>
      done({ code: child.exitCode, out: printed }),
    );
  });
  expect(out).toMatch(/avatars +ok +all +\d+ drawn, \d+ filmed/);
  expect(out).toMatch(
    /ok +musetalk +loaded in [\d.]+ s; first picture of anna after [\d.]+ s, real-time factor [\d.]+/,
  );
  expect(code).toBe(0);
});
