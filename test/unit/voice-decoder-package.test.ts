import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findDecoder } from '../../src/voices/decoder-package.js';

function root(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-decoder-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An environment, with PyAV in it or not; its program. */
function environment(folder: string, packages: readonly string[]): string {
  const python = join(folder, 'bin/python');
  mkdirSync(dirname(python), { recursive: true });
  writeFileSync(python, '');
  for (const name of packages) mkdirSync(join(folder, 'lib/python3.12/site-packages', name), { recursive: true });
  return python;
}

it('finds none where there is none, and says which command makes one', () => {
  expect(findDecoder(root(), [undefined])).toEqual({
    why: expect.stringContaining('PyAV'),
    enable: 'npm run setup:local whisper',
  });
});

it('passes over environments without PyAV, named or made by the set-up', () => {
  const folder = root();
  const named = environment(join(folder, 'mine'), ['torch']);
  environment(join(folder, 'var/coqui'), ['torch']);
  const speech = environment(join(folder, 'var/speech'), ['av', 'numpy']);
  expect(findDecoder(folder, [named, undefined])).toBe(speech);
});

it("takes the operator's before those of the set-up", () => {
  const folder = root();
  environment(join(folder, 'var/coqui'), ['av']);
  const named = environment(join(folder, 'mine'), ['av']);
  expect(findDecoder(folder, [undefined, named])).toBe(named);
});

it('is not misled by a program that is not there', () => {
  expect(findDecoder(root(), ['/nowhere/bin/python'])).toMatchObject({ why: expect.any(String) });
});
