import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../../dist/avatars/drawn/main.js');

/** The drawing program, and what it said when it ends. */
function draw(...args: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<{ code: number | null; said: string }>((done) =>
    child.once('close', (code) => done({ code, said })),
  );
  return { child, ended };
}

describe('the drawing program', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-drawing-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('asks for a folder', async () => {
    expect(await draw().ended).toEqual({ code: 1, said: expect.stringContaining('Say where the avatars belong') });
  });

  it('says once, in one line, why it cannot draw where it should', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const { code, said } = await draw(join(file, 'below')).ended;
    expect(code).toBe(1);
    expect(said).toMatch(/^The avatars cannot be drawn into .*below: ENOTDIR[^\n]*\n$/);
  });

  it('ends its threads when it is stopped, and leaves no file behind', async () => {
    const fresh = join(folder, 'fresh');
    const { child, ended } = draw(fresh);
    // Each thread makes the folder first of all.
    await expect.poll(() => readdir(folder)).toContain('fresh');
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 1, said: `The avatars cannot be drawn into ${fresh}: stopped\n` });
    expect(await readdir(fresh)).toEqual([]);
  });
});
