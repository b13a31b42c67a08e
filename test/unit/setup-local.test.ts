/** The set-up has no types and no dependencies: it is run as it is, in a process of its own. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

/** What the expression gives, or the message of what it throws. */
async function outcome(file: string, expression: string): Promise<unknown> {
  const program = `
    const setup = await import('./setup/${file}');
    const told = await Promise.resolve().then(() => ${expression}).catch((error) => ({ refused: error.message }));
    process.stdout.write('\\n' + JSON.stringify(told ?? null));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout.split('\n').at(-1)!);
}

it('reads what engines need from the one place where it stands', async () => {
  expect(await outcome('environments.mjs', "setup.extras('whisper', 'kokoro')")).toEqual([
    'faster-whisper==1.2.1',
    'kokoro-onnx==0.6.1',
    "misaki==0.9.4; python_version < '3.13'",
    'soxr==1.1.0',
  ]);
  expect(await outcome('environments.mjs', "setup.extras('nobody')")).toEqual({
    refused: 'python/pyproject.toml has no extra "nobody".',
  });
});

it('finds every extra that a part of the set-up asks for', async () => {
  const files = ['python.mjs', 'speech.mjs'].map((name) => readFileSync(`setup/${name}`, 'utf8'));
  const names = files.flatMap((text) => [...text.matchAll(/extras\(([^)]*)\)/g)].map((match) => match[1]!));
  expect(names.length).toBeGreaterThan(8);
  const found = await outcome('environments.mjs', `[${names.join(', ')}].map((name) => setup.extras(name).length)`);
  expect((found as number[]).every((count) => count > 0)).toBe(true);
});

it('keeps one requirement once, though two engines name it', async () => {
  const twice = (await outcome('environments.mjs', "setup.extras('speech-test', 'coqui-test')")) as string[];
  expect(twice.filter((one) => one.startsWith('pytest'))).toHaveLength(1);
});

it.each([
  [['whispr'], '"whispr" is not one of: whisper, kokoro, coqui'],
  [['whisper', '--size', 'small'], "Unknown option '--size'"],
])('refuses %j, and says how it is used', async (args, why) => {
  const { refused } = (await outcome('speech.mjs', `setup.setUpLocal(${JSON.stringify(args)})`)) as { refused: string };
  expect(refused).toContain(why);
  expect(refused).toContain('npm run setup:local [whisper] [kokoro] [coqui]');
});
