/**
 * Runs the program that makes an avatar of a film (python/parley_workers/musetalk/prepare) and reads what it tells. Its
 * lines are untrusted: it reads files from anywhere with libraries that are not ours.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import type { Logger } from 'pino';
import { ParleyError } from '../errors.js';
import { readLines } from '../workers/text-lines.js';
import { readTold, type Told } from './told-lines.js';

/** What is asked to stop does so between two pictures; what does not, has hung. */
const LAST_PICTURE_MS = 5000;
/** A process of its own that holds its output open must not hold us. */
const LAST_WORDS_MS = 1000;
const KEPT_LINES = 20;

/** How the program is started; `args` stand before those of the order, and `options` behind them. */
export interface PreparingProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: readonly string[];
  readonly cwd: string;
}

export interface Preparation {
  /** The avatar's id. */
  readonly name: string;
  readonly source: string;
  /** The folder of avatars. */
  readonly into: string;
  readonly models: string;
  readonly consent: string;
  readonly title: string | null;
  /** Seconds from the film's beginning, and how long the loop may be. */
  readonly start: number | null;
  readonly end: number | null;
  readonly seconds: number | null;
}

export interface Watching {
  readonly onProgress: (step: string, done: number) => void;
  readonly onWarning: (sentence: string) => void;
  readonly log: Logger;
  /** Ends it; nothing half-made stays. */
  readonly signal: AbortSignal;
}

/**
 * Resolves when the avatar's folder is there. Throws the signal's reason, or a ParleyError; that of a film of which
 * nothing can be made has the program's own code as its `param`.
 */
export async function prepare(program: PreparingProgram, order: Preparation, watching: Watching): Promise<void> {
  const { signal, log } = watching;
  signal.throwIfAborted();
  const child = spawn(program.file, [...program.args, ...argumentsFor(order), ...program.options], {
    cwd: program.cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = endOf(child);
  const stop = stopper(child);
  const heard = listen(child, watching, stop);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const end = await ended;
    // The folder came before the signal did.
    if (heard.outcome?.kind === 'made' && end === 'ended with 0') return;
    signal.throwIfAborted();
    if (heard.outcome?.kind === 'error') throw refusal(heard.outcome.code, shown(heard.outcome.message, order));
    log.error({ end, stderr: heard.lastLines, broken: heard.broken }, `the preparation of ${order.name} broke off`);
    throw new ParleyError('worker_broken', 'The program that makes avatars broke off; the log has its last words.');
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function argumentsFor({ name, source, into, models, consent, title, start, end, seconds }: Preparation): string[] {
  // With `=`, because a statement may begin with a hyphen.
  const options = { into, models, consent, title, start, end, seconds };
  const given = Object.entries(options).flatMap(([key, value]) => (value === null ? [] : [`--${key}=${value}`]));
  return ['prepare', name, source, ...given, '--json'];
}

interface Heard {
  outcome: Exclude<Told, { kind: 'progress' | 'warning' }> | null;
  broken: string | null;
  readonly lastLines: string[];
}

function listen(child: ChildProcess, { onProgress, onWarning }: Watching, stop: () => void): Heard {
  const heard: Heard = { outcome: null, broken: null, lastLines: [] };
  if (child.stderr) {
    readLines(child.stderr, (line) => {
      heard.lastLines.push(line);
      if (heard.lastLines.length > KEPT_LINES) heard.lastLines.shift();
    });
  }
  const onTold = (told: Told) => {
    if (heard.broken !== null) return;
    if (told.kind === 'progress') onProgress(told.step, told.done);
    else if (told.kind === 'warning') onWarning(told.sentence);
    else heard.outcome ??= told;
  };
  const onBroken = (why: string) => {
    heard.broken ??= why;
    heard.outcome = null;
    stop();
  };
  if (child.stdout) readTold(child.stdout, onTold, onBroken);
  return heard;
}

/** Asks once, then ends it. */
function stopper(child: ChildProcess): () => void {
  let asked = false;
  return () => {
    if (asked || child.exitCode !== null || child.signalCode !== null) return;
    asked = true;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), LAST_PICTURE_MS);
    child.once('exit', () => clearTimeout(timer));
  };
}

/** Never later than our own end: who outlives its gateway works for nobody. */
async function endOf(child: ChildProcess): Promise<string> {
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const letGo = () =>
    setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, LAST_WORDS_MS).unref();
  child.once('exit', letGo);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return signal === null ? `ended with ${code}` : `killed by ${signal}`;
  } catch (error) {
    const detail = `The program that makes avatars cannot be started: ${error instanceof Error ? error.message : error}.`;
    throw new ParleyError('cannot_prepare', detail);
  } finally {
    process.off('exit', kill);
  }
}

/** Who sent a film knows nothing of the name that it has here. */
const shown = (message: string, { source }: Preparation): string => message.replaceAll(basename(source), 'The film');

/** What the machine lacks is no fault of the film. The codes are those of prepare/errors.py. */
function refusal(code: string, message: string): ParleyError {
  if (code === 'disk_full') return new ParleyError('disk_full');
  if (code === 'name_taken') return new ParleyError('avatar_exists', undefined, { param: 'name' });
  if (code === 'no_models' || code === 'no_detector')
    return new ParleyError('cannot_prepare', message, { param: code });
  if (code === 'failed' || code === 'not_written' || code === 'detector_failed') {
    return new ParleyError('worker_broken', message, { param: code });
  }
  return new ParleyError('preparation_failed', message, { param: code });
}
