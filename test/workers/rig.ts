import { execFileSync } from 'node:child_process';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { type Chunk, startWorker, type Worker, type WorkerOptions } from '../../src/workers/process.js';

/** Real worker processes for tests. Node workers run from dist/, because a child process has nobody to compile it. */

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

function findPython(): string | undefined {
  const python = process.env.PARLEY_PYTHON ?? 'python3';
  try {
    const isNew = execFileSync(python, ['-c', 'import sys; print(sys.version_info >= (3, 10))'], { encoding: 'utf8' });
    if (isNew.trim() === 'True') return python;
  } catch {
    // No such program: the same as one that is too old.
  }
  console.warn(
    `SKIPPED: the tests of Python workers. ${python} is missing or older than 3.10; install Python 3.10 or newer, ` +
      'or name one in PARLEY_PYTHON.',
  );
  return undefined;
}

const python = findPython();

interface Program {
  readonly file: string;
  readonly args: string[];
  readonly env?: Record<string, string>;
}

const nodeEcho: Program = { file: process.execPath, args: [path('programs/echo.mjs')] };
const pythonEcho = (file: string): Program => ({
  file,
  args: ['-m', 'parley_workers'],
  env: { ...(process.env as Record<string, string>), PYTHONPATH: path('../../python'), PYTHONDONTWRITEBYTECODE: '1' },
});

/** The echo engine in every language that can be run here. */
export const echoes: { language: 'node' | 'python'; program: Program }[] = [
  { language: 'node', program: nodeEcho },
  ...(python === undefined ? [] : [{ language: 'python' as const, program: pythonEcho(python) }]),
];

/** A worker made of a few lines of Node that run after the hello, with `heard`, `frame`, `raw` and `ready` at hand. */
export function scripted(script: string): Program {
  const start = `
    import { writeSync } from 'node:fs';
    import { Socket } from 'node:net';
    const raw = (bytes) => writeSync(4, bytes);
    const frame = (header) => {
      const json = Buffer.from(JSON.stringify(header));
      const lengths = Buffer.alloc(8);
      lengths.writeUInt32LE(json.length, 0);
      return Buffer.concat([lengths, json]);
    };
    const ready = (protocol = 1) =>
      raw(frame({ type: 'ready', protocol, engine: 'echo', methods: ['m'], info: {}, warm_ms: 0 }));
    const wire = new Socket({ fd: 3 });
    let text = '';
    const heard = (type) =>
      new Promise((resolve) => {
        const look = () => text.includes('"type":"' + type + '"') && resolve();
        wire.on('data', look);
        look();
      });
    wire.on('data', (bytes) => { text += bytes; });
    wire.on('end', () => process.exit(0));
    setInterval(() => {}, 1000);
    void heard('shutdown').then(() => process.exit(0));
    await heard('hello');
  `;
  return { file: process.execPath, args: ['--input-type=module', '-e', `${start}\n${script}`] };
}

export interface Line {
  level: number;
  msg: string;
  [field: string]: unknown;
}

/** A logger whose lines can be waited for. */
export function recordingLog() {
  const lines: Line[] = [];
  const watchers = new Set<() => void>();
  const stream = new Writable({
    write(text, _encoding, done) {
      lines.push(JSON.parse(String(text)));
      for (const watch of watchers) watch();
      done();
    },
  });
  const line = (wanted: (line: Line) => boolean) =>
    new Promise<Line>((resolve) => {
      const watch = () => {
        const found = lines.find(wanted);
        if (found === undefined) return;
        watchers.delete(watch);
        resolve(found);
      };
      watchers.add(watch);
      watch();
    });
  return { log: pino({ level: 'debug' }, stream), lines, line };
}

const started: Worker[] = [];

export function start(program: Program, options: Partial<WorkerOptions> = {}) {
  const { log, lines, line } = recordingLog();
  const worker = startWorker({ name: 'test', engine: 'echo', settings: {}, log, ...program, ...options });
  started.push(worker);
  return { worker, lines, line };
}

export async function closeAll(): Promise<void> {
  await Promise.all(started.splice(0).map((worker) => worker.close()));
}

/** Longer than anything here takes on a busy machine; only a hang meets it. */
export const soon = () => AbortSignal.timeout(45_000);

export async function collect(output: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of output) chunks.push(chunk);
  return chunks;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Looks until it is so. There is nothing to wait on when a process that is not our child disappears. */
export async function until(condition: () => boolean, signal = soon()): Promise<void> {
  while (!condition()) {
    signal.throwIfAborted();
    // Politely: what is waited for needs the processor too.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
