/** `npm run avatar -- create|list|remove`: filmed avatars from the command line. The set-up has run before it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from './avatars/catalogue.js';
import { removeAvatar } from './avatars/removing.js';
import { type Config, readConfig } from './config.js';
import { findMuseTalk } from './engines/face/musetalk-package.js';
import { readSettings } from './env-file.js';
import { asParleyError, ParleyError } from './errors.js';
import { preparingOptions } from './preparing-options.js';

const USAGE = `npm run avatar -- create NAME FILE --consent "Ada Smith agreed to this avatar on 3 May 2026"
                     makes an avatar of a video or a photo; create --help has the other options
npm run avatar -- list
npm run avatar -- remove NAME
`;
const WRONG_USE = 2;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

async function main([command, ...rest]: readonly string[]): Promise<number> {
  const config = readConfig(readSettings(root, process.env));
  const folder = resolve(root, config.DATA_DIR, 'avatars');
  const [name] = rest;
  if (command === 'create' && rest.length > 0) return create(rest, config, folder);
  if (command === 'list' && rest.length === 0) return list(folder);
  if (command === 'remove' && name !== undefined && rest.length === 1) return remove(name, folder);
  process.stderr.write(USAGE);
  return WRONG_USE;
}

/** The worker's own command says how far it is, and what is wrong. */
async function create(given: readonly string[], config: Config, into: string): Promise<number> {
  if (given[0] === 'jobs') throw new ParleyError('invalid_value', '"jobs" cannot be the name of an avatar.');
  const found = findMuseTalk({
    root,
    python: config.MUSETALK_PYTHON ?? null,
    models: config.MUSETALK_MODELS_DIR ?? null,
    dataDir: resolve(root, config.DATA_DIR),
  });
  if ('enable' in found) throw new ParleyError('cannot_prepare', `${found.why}. Run: ${found.enable}`);
  const places = [`--into=${into}`, `--models=${resolve(root, found.models)}`];
  const isGiven = (option: string) => given.some((one) => one.split('=')[0] === option.split('=')[0]);
  const set = preparingOptions(config, root).filter((option) => !isGiven(option));
  const child = spawn(found.python, ['-m', 'parley_workers.musetalk', 'prepare', ...given, ...set, ...places], {
    // npm runs scripts in the package's folder; files are named from where the person is.
    cwd: process.env.INIT_CWD ?? process.cwd(),
    env: { ...process.env, PYTHONPATH: join(root, 'python') },
    stdio: 'inherit',
  });
  return codeOf(child);
}

/** A signal is for the child, which leaves nothing half-made; we end when it has. */
function codeOf(child: ChildProcess): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void child.kill(signal));
  return new Promise((done, fail) => {
    child.once('error', (error) =>
      fail(new ParleyError('cannot_prepare', `Python cannot be started: ${error.message}`)),
    );
    child.once('exit', (code) => done(code ?? 1));
  });
}

async function list(folder: string): Promise<number> {
  const lines = (await loadCatalogue(folder)).list().map(({ avatar, info }) => {
    const kind = avatar.film === null ? 'drawn' : 'filmed';
    const consent = info.consent === undefined ? '' : `  ${info.consent.recorded}: ${info.consent.statement}`;
    return `${avatar.id.padEnd(20)}  ${kind.padEnd(6)}  ${avatar.name}${consent}\n`;
  });
  process.stdout.write(lines.length === 0 ? `There are no avatars in ${folder}.\n` : lines.join(''));
  return 0;
}

async function remove(name: string, folder: string): Promise<number> {
  await removeAvatar(folder, name, (words) => void process.stderr.write(`${words}\n`));
  process.stdout.write(
    `${name} is gone. A server that is running offers it no more; conversations that have begun with it go on.\n`,
  );
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  const error = asParleyError(thrown);
  process.stderr.write(`${error.code === 'internal' ? error.stack : error.message}\n`);
  process.exitCode = 1;
}
