/** What the doctor prints under what is wrong: with these settings it has to mend it, and nothing beside it may mislead. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../src/config.js';
import { localEngine } from '../../src/doctor/local-engines.js';
import { mendOf, mendPackages } from '../../src/doctor/mending.js';
import { requirementsOf } from '../../src/doctor/requirements.js';

const PACKAGE = join(import.meta.dirname, '../..');
const FETCH = 'npm run setup:local kokoro';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-mending-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
});

function put(...files: string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), '');
  }
}

function mend(name: string, says: string, settings: Record<string, string> = {}): string {
  const config = readConfig({ DATA_DIR: join(root, 'var'), ...settings });
  return mendOf(localEngine(name, root, config)!, says, PACKAGE);
}

describe('a voice', () => {
  it('is named, where the one that is set is not there', () => {
    const says = 'kokoro: worker_settings: KOKORO_VOICE: there is no voice "zz_nobody"; there are af_heart, am_adam';
    expect(mend('kokoro', says)).toBe('KOKORO_VOICE=af_heart');
    const ofXtts = 'worker_settings: COQUI_VOICE: there is no speaker "Nobody"; there are Ana Florence, Andrew Chipper';
    expect(mend('coqui', ofXtts)).toBe('COQUI_VOICE="Ana Florence"');
  });

  it('whose language needs a package gets it in the Python that speaks', () => {
    put('var/models/kokoro/kokoro-v1.0.onnx', 'var/speech/bin/python');
    const says = "worker_settings: this voice needs misaki[ja]: python -m pip install 'misaki[ja]'";
    expect(mend('kokoro', says)).toBe(`${join(root, 'var/speech/bin/python')} -m pip install 'misaki[ja]'`);
    const named = "worker_settings: KOKORO_LANGUAGE: ja needs misaki[ja]: /x/bin/python -m pip install 'misaki[ja]'";
    expect(mend('kokoro', named)).toBe("/x/bin/python -m pip install 'misaki[ja]'");
  });

  it('speaks no language that nobody taught it', () => {
    const says = "worker_settings: language 'xx': Kokoro speaks a, b, en";
    expect(mend('kokoro', says)).toBe('KOKORO_LANGUAGE=one of these; or no KOKORO_LANGUAGE');
  });
});

describe('a device', () => {
  const says = 'worker_settings: device cuda: this ONNX Runtime has no CUDA; set KOKORO_DEVICE to cpu, or ...';

  it('wants the model for torch, which the plain command does not fetch', () => {
    expect(mend('kokoro', says, { KOKORO_DEVICE: 'cuda' })).toBe(
      `KOKORO_DEVICE=cpu; or for a GPU: ${FETCH} -- --torch`,
    );
    expect(mend('kokoro', says, { KOKORO_DEVICE: 'cuda', KOKORO_MODEL: '/srv/k' })).toBe(
      `KOKORO_DEVICE=cpu; or for a GPU: KOKORO_MODEL=the model for torch, with ${FETCH} -- --torch`,
    );
  });

  it('that torch does not see is a matter of the setting', () => {
    const blind = 'worker_settings: device cuda: torch sees no CUDA here; set it to cpu, or to auto';
    expect(mend('coqui', blind, { COQUI_DEVICE: 'cuda' })).toBe('COQUI_DEVICE=cpu');
    const compute = 'worker_settings: Whisper cannot compute float16 on cpu: not supported';
    expect(mend('whisper', compute)).toBe('WHISPER_COMPUTE=auto');
  });
});

describe('packages', () => {
  const says =
    'worker_settings: failed to import kokoro dependencies: /usr/bin/python3 has no module onnxruntime; `...`';

  it('that the set-up has put there come with the environment', () => {
    expect(mend('kokoro', says)).toBe(`rm -rf var/speech; ${FETCH}`);
    expect(mend('kokoro', says, { KOKORO_DEVICE: 'cuda' })).toBe(`rm -rf var/kokoro; ${FETCH} -- --torch`);
  });

  it("of the operator's own Python are not touched by the command: it is left out, or given them", () => {
    const way = mend('kokoro', says, { KOKORO_PYTHON: 'python3' });
    expect(way).toMatch(/^no KOKORO_PYTHON, then npm run setup:local kokoro; or: python3 -m pip install kokoro-onnx==/);
    put('k/kokoro-v1_0.pth');
    const torch = mend('kokoro', says, { KOKORO_PYTHON: 'python3', KOKORO_MODEL: join(root, 'k') });
    expect(torch).toMatch(
      /^no KOKORO_PYTHON, then npm run setup:local kokoro -- --torch; or: python3 -m pip install .*kokoro==/,
    );
    const whisper = localEngine('whisper', root, readConfig({ WHISPER_PYTHON: '/x/python' }))!;
    expect(mendPackages(whisper, PACKAGE)).toMatch(/or: \/x\/python -m pip install faster-whisper==[\d.]+$/);
  });

  it('are those that the set-up takes, ready for a shell', () => {
    expect(requirementsOf(PACKAGE, 'kokoro')).toMatch(
      /^kokoro-onnx==[\d.]+ "misaki==[\d.]+; python_version < '3\.13'" soxr==/,
    );
    expect(requirementsOf(PACKAGE, 'kokoro-english')).toContain('"en_core_web_sm @ https://');
  });
});

describe('weights', () => {
  const file = '/srv/my models/kokoro-v1.0.onnx';

  it('that are damaged are in the way of the command', () => {
    expect(mend('kokoro', `worker_settings: ${file} cannot be loaded: Protobuf parsing failed; run \`...\``)).toBe(
      `rm "${file}"; ${FETCH}`,
    );
    const ofWhisper = 'whisper: worker_settings: /m/model.bin cannot be used: bad magic; delete it, and `...`';
    expect(mend('whisper', ofWhisper, { WHISPER_MODEL: 'small' })).toBe(
      'rm /m/model.bin; npm run setup:local whisper -- --model small',
    );
  });

  it('that are missing are fetched', () => {
    expect(mend('kokoro', 'worker_settings: /m/voices-v1.0.bin is not there: run `...`')).toBe(FETCH);
  });

  it("of the operator's own are neither fetched nor removed", () => {
    const own = { KOKORO_MODEL: '/srv/own' };
    const way = `KOKORO_MODEL=the place of a whole model; or no KOKORO_MODEL, then ${FETCH}`;
    expect(mend('kokoro', `worker_settings: ${file} cannot be loaded: Protobuf parsing failed`, own)).toBe(way);
    expect(mend('kokoro', 'worker_settings: /srv/own/voices-v1.0.bin is not there: run `...`', own)).toBe(way);
  });

  it('of which there are several are chosen from', () => {
    const says = 'kokoro: worker_settings: /m/kokoro has several models: set KOKORO_MODEL to one of a.onnx, b.onnx';
    expect(mend('kokoro', says)).toBe('KOKORO_MODEL=/m/kokoro/a.onnx');
  });
});

it("leaves out what is the operator's own where nothing is known of the fault", () => {
  expect(mend('kokoro', 'exited with code 9')).toBe(FETCH);
  expect(mend('kokoro', 'exited with code 9', { KOKORO_PYTHON: '/x', KOKORO_MODEL: '/m' })).toBe(
    `no KOKORO_PYTHON and no KOKORO_MODEL, then ${FETCH}`,
  );
});
