/** What `npm run setup:local` says before it starts, refuses, and shows while it fetches. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { calling, setupCopy } from './setup-fixture.js';

it('says how much is needed, and refuses what makes no sense, before anything is set up', async () => {
  const copy = setupCopy();
  const { out, code } = await copy.run(['setup.mjs', 'setup:local', '--revision', 'abc']);
  expect(out).toContain('--revision is a commit of one repository: name the engine that it is for, and no other');
  expect(out).toContain('npm run setup:local [whisper] [kokoro] [coqui]');
  expect(out).not.toContain('Installing packages');
  expect(code).toBe(1);
  const usual = await copy.run(calling('speech.mjs', 'foretell([])'));
  expect(usual.out).toMatch(/whisper +about 0\.5 GB in var\/speech .*, about 150 MB of weights\n/);
  expect(usual.out).toMatch(/kokoro +.*0\.25 GB for the dictionary of English, about 360 MB of weights\n/);
  const large = await copy.run(
    calling('speech.mjs', "foretell(['whisper', '--model', 'small.en', '--revision', 'abc'])"),
  );
  expect(large.out).toContain('about 490 MB of weights');
  expect(copy.asked()).toEqual([]);
});

it('knows the size of every model of Whisper that can be asked for', async () => {
  const copy = setupCopy();
  const sizes = ['tiny', 'base.en', 'medium', 'large-v1', 'large', 'turbo', 'distil-small.en', 'distil-large-v3'];
  const told = await copy.run(calling('speech.mjs', "foretell(['whisper', '--model', 'unheard-of'])"));
  expect(told.out).toContain('a size that only the hub knows');
  const all = `[${sizes.map((size) => `'${size}'`)}].forEach((size) => setup.foretell(['whisper', '--model', size]))`;
  const { out } = await copy.run(calling('speech.mjs', `foretell(['kokoro']), ${all}`));
  expect(out.match(/of weights/g)).toHaveLength(sizes.length + 1);
  expect(out).not.toContain('only the hub knows');
});

it('fetches nothing for a folder of the operator, whatever it is called', async () => {
  const copy = setupCopy();
  mkdirSync(join(copy.root, 'mine/xtts_v2'), { recursive: true });
  const set = { COQUI_TOS_AGREED: '1', COQUI_MODEL: 'mine/xtts_v2' };
  const { out, code } = await copy.run(calling('speech.mjs', "setUpLocal(['coqui'])"), set);
  expect(out).toContain('COQUI_MODEL=mine/xtts_v2 is set: nothing is fetched.');
  expect(copy.asked().filter((line) => line.includes('weights'))).toEqual([]);
  expect(code).toBe(0);
  const foretold = await copy.run(calling('speech.mjs', "foretell(['coqui'])"), set);
  expect(foretold.out).toContain('no weights: a setting leads to your own');
  const ours = { ...set, COQUI_MODEL: 'tts_models/multilingual/multi-dataset/xtts_v2' };
  await copy.run(calling('speech.mjs', "setUpLocal(['coqui'])"), ours);
  expect(copy.asked().filter((line) => line.includes('weights xtts'))).not.toEqual([]);
});

it('prints a line for every tenth where nobody sits in front of it', async () => {
  const copy = setupCopy();
  const { out } = await copy.run(calling('speech.mjs', "setUpLocal(['whisper'])"));
  const shown = out.split('\n').filter((line) => /^ +\d+ %$/.test(line));
  expect(shown.at(-1)).toBe('    100 %');
  expect(shown.length).toBeLessThanOrEqual(10);
  expect(out).toMatch(/Fetching and checking them +\.\.\. done \([\d.]+ s\)\n/);
  expect(out).not.toContain('\x1b');
});

it('draws a bar where somebody does', async () => {
  const copy = setupCopy();
  const program = "import('./setup/steps.mjs').then(({ bar, say }) => [0, 52, 100].forEach((one) => say(bar(one))))";
  const { out } = await copy.run(['-e', program]);
  expect(out).toBe('[                    ]   0 %\n[##########          ]  52 %\n[####################] 100 %\n');
});
