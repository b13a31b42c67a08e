/** The process that reads strangers' files, when one of them makes it hang or ends it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDecoder } from '../../src/voices/decoding.js';
import { python, UNREADABLE } from '../e2e/voice-server.js';
import { workersOf } from '../e2e/workers-of.js';
import { silentLog } from '../fixtures/engines.js';
import { speechFile } from '../fixtures/voice-form.js';

const NEVER = new AbortController().signal;
const PATIENCE_MS = 200;

const decoders = () => workersOf(process.pid).filter(({ command }) => command.includes('parley_workers'));

async function* sent(...pieces: readonly Uint8Array[]) {
  yield* pieces;
}

async function* withoutEnd(piece: Uint8Array) {
  yield piece;
  await new Promise(() => {});
}

/** The real worker, whose method does this once it has a chunk, or all that comes. */
function spoilt(does: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-decoder-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'parley_workers'));
  const program = `
__path__ = [${JSON.stringify(resolve('python/parley_workers'))}]
from parley_workers.engines.recordings import decode as reading

def decode(params, chunks, context):
    import ctypes, os, re, signal, time
    ${does}
    yield from ()

reading.decode = decode
`;
  writeFileSync(join(folder, 'parley_workers/__init__.py'), program);
  return folder;
}

function start(pythonFolder = resolve('python')) {
  const decoder = startDecoder({ python: String(python), pythonFolder, log: silentLog, patienceMs: PATIENCE_MS });
  onTestFinished(() => decoder.close());
  return decoder;
}

describe.skipIf(UNREADABLE !== null)(`a decoder of recordings${UNREADABLE ?? ''}`, () => {
  it.each([
    ['that only waits', 'list(chunks); time.sleep(1e6)'],
    ['that computes, and lets nobody else in its process do so', "list(chunks); re.match('(a+)+$', 'a' * 64 + 'b')"],
  ])('is given up, and ended, over a file %s', async (_, does) => {
    const decoder = start(spoilt(does));
    await expect(decoder.decode(sent(speechFile()), 2, NEVER)).rejects.toMatchObject({
      code: 'bad_recording',
      message: 'Recording 2: nothing came of it in 0.2 s.',
    });
    expect(decoders()).toHaveLength(1);
    await decoder.close();
    expect(decoders()).toEqual([]);
  });

  it.each([
    ['is killed', 'next(chunks); os.kill(os.getpid(), signal.SIGKILL)'],
    ['touches what is not its own', 'next(chunks); ctypes.string_at(0)'],
    ['has used up its time', 'next(chunks); os.kill(os.getpid(), signal.SIGXCPU)'],
    ['leaves', 'next(chunks); os._exit(0)'],
  ])('that %s in the middle of a file says so of the file', async (_, does) => {
    const decoder = start(spoilt(does));
    await expect(decoder.decode(withoutEnd(speechFile()), 1, NEVER)).rejects.toMatchObject({
      code: 'bad_recording',
      message: expect.stringMatching(/^Recording 1: /),
    });
    await decoder.close();
    expect(decoders()).toEqual([]);
  });
});
