/** Steps that are done once: running programs, remembering what was done for which inputs, and telling of it. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stampsFile = join(root, 'var/setup.json');

/** A failure that is told in one sentence, without a stack. */
export class Halt extends Error {}

export const say = (text) => process.stdout.write(`${text}\n`);

/**
 * Runs a program; resolves to its exit code and its output. That is shown as it comes (`show: true`), all of it at the
 * end, for what runs beside something else ('whole'), or only by whoever finds that it failed; then a program that prints
 * percentages moves the line of its step.
 */
export function run(file, args, { env = {}, show = false } = {}) {
  return new Promise((done) => {
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', show === true ? 'inherit' : 'pipe', show === true ? 'inherit' : 'pipe'],
    });
    let output = '';
    child.stdout?.on('data', (data) => {
      output += data;
      const percent = /(\d+)%/.exec(lastLines(String(data), 1))?.[1];
      if (percent !== undefined && show === false) showProgress(Math.min(100, Number(percent)));
    });
    child.stderr?.on('data', (data) => (output += data));
    child.on('error', (error) => done({ code: 127, output: error.message }));
    const stop = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
    child.on('close', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM']) process.off(name, stop);
      if (signal === 'SIGINT' || signal === 'SIGTERM') process.exit(130);
      if (show === 'whole') process.stdout.write(output);
      done({ code: code ?? 1, output });
    });
  });
}

/** Of the step under way. `told`: what stands behind its label, or below it, so far. */
const line = { label: '', told: null };

/** A bar for whoever sits in front of it; a file or a pipe gets a line for every tenth. */
function showProgress(percent) {
  if (process.stdout.isTTY) {
    process.stdout.write(`\r\x1b[K${line.label} ${bar(percent)}`);
    line.told = percent;
    return;
  }
  const tenth = Math.floor(percent / 10) * 10;
  if (tenth <= (line.told ?? 0)) return;
  process.stdout.write(`${line.told === null ? '\n' : ''}    ${tenth} %\n`);
  line.told = tenth;
}

const BAR = 20;

export function bar(percent) {
  const done = Math.floor((percent * BAR) / 100);
  return `[${'#'.repeat(done)}${' '.repeat(BAR - done)}] ${String(percent).padStart(3)} %`;
}

/** What the files say, for noticing a change. Folders are read whole. */
export function fingerprint(...names) {
  const hash = createHash('sha256').update(process.version);
  const add = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name === '__pycache__' || entry.name.endsWith('.egg-info') || entry.name === 'build') continue;
      if (entry.isDirectory()) add(join(path, entry.name));
      else hash.update(relative(root, join(path, entry.name))).update(readFileSync(join(path, entry.name)));
    }
  };
  for (const name of names) {
    const path = join(root, name);
    if (!existsSync(path)) hash.update(`no ${name}`);
    else if (name.includes('.')) hash.update(name).update(readFileSync(path));
    else add(path);
  }
  return hash.digest('hex');
}

export function readStamps() {
  try {
    return JSON.parse(readFileSync(stampsFile, 'utf8'));
  } catch {
    return {};
  }
}

/** The step has been done for these inputs. */
export function remember(name, inputs) {
  writeFileSync(stampsFile, JSON.stringify({ ...readStamps(), [name]: inputs }, null, 2));
}

/** Does a step unless its outcome for these inputs is already there. Resolves to what was in its way. */
export async function step(name, label, { inputs, outcome }, work) {
  if (readStamps()[name] === inputs && existsSync(resolve(root, outcome))) return undefined;
  const trouble = await doing(label, work);
  if (trouble === undefined) remember(name, inputs);
  return trouble;
}

/** Does something, with its line. Resolves to what was in its way. */
export async function doing(label, work) {
  const started = Date.now();
  Object.assign(line, { label: `  ${label.padEnd(44)}`, told: null });
  process.stdout.write(`${line.label} ...`);
  const trouble = await work();
  if (line.told !== null) process.stdout.write(`${process.stdout.isTTY ? '\r\x1b[K' : ''}${line.label} ...`);
  const seconds = `${((Date.now() - started) / 1000).toFixed(1)} s`;
  say(trouble === undefined ? ` done (${seconds})` : ` ${trouble}`);
  return trouble;
}

/** Runs a program that must succeed; what it printed is the reason when it does not. */
export async function must(file, args, sentence, env = {}) {
  const { code, output } = await run(file, args, { env });
  if (code !== 0) throw new Halt(`${sentence}\n\n${lastLines(output, 25)}`);
}

export const lastLines = (text, count) => text.trimEnd().split('\n').slice(-count).join('\n');
