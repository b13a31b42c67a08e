/** Environments of Python in var/: finding a Python, making them, and what python/pyproject.toml says they are to have. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Halt, lastLines, root, run } from './steps.mjs';

const PYTHON_NEEDED = [3, 10];

/** The requirements of these extras, each once. */
export function extras(...names) {
  const text = readFileSync(join(root, 'python/pyproject.toml'), 'utf8');
  return [...new Set(names.flatMap((name) => extra(text, name)))];
}

/** As the file is written: a name, `=`, and a list of strings in double quotes. */
function extra(text, name) {
  const section = text.split('[project.optional-dependencies]')[1] ?? '';
  const list = new RegExp(`^${name} = \\[((?:[^"\\]]|"[^"]*")*)\\]`, 'm').exec(section)?.[1];
  if (list === undefined) throw new Halt(`python/pyproject.toml has no extra "${name}".`);
  return [...list.matchAll(/"([^"]*)"/g)].map((match) => match[1]);
}

export function findPython() {
  const names = [process.env.PARLEY_PYTHON, 'python3', 'python'].filter(Boolean);
  const newEnough = `import sys; sys.exit(0 if sys.version_info >= (${PYTHON_NEEDED}) else 1)`;
  return names.find((name) => spawnSync(name, ['-c', newEnough], { stdio: 'ignore' }).status === 0) ?? null;
}

export const isOlderThan = (python, version) =>
  spawnSync(python, ['-c', `import sys; sys.exit(sys.version_info >= (${version}))`], { stdio: 'ignore' }).status === 0;

/** What an environment would be made with: another Python, or one that has got its `venv` since, is worth another try. */
export function aboutPython(python) {
  if (python === null) return 'none';
  const able = spawnSync(python, ['-c', 'import ensurepip, venv'], { stdio: 'ignore' }).status === 0;
  return `${python} ${String(spawnSync(python, ['-V']).stdout)} ${able}`;
}

/** Where an environment is made before it takes its place. */
export const freshOf = (folder) => `${folder}.new`;
const earlierOf = (folder) => `${folder}.old`;

/** As a step's line has it. */
export const passedOver = (trouble) => (trouble === undefined ? undefined : `passed over: ${trouble}`);

/** Resolves to what was in the way, if something was. */
export async function makePython(python, folder) {
  restore(folder);
  if (python === null) return `no Python ${PYTHON_NEEDED.join('.')} or newer (package python3)`;
  const args = ['-m', 'venv', '--clear', '--prompt', basename(folder), freshOf(folder)];
  const { code } = await run(python, args);
  return code === 0 ? undefined : 'python3 cannot make an environment (package python3-venv)';
}

/** Resolves to what was in the way, if something was. */
export async function pipInstall(wanted, folder) {
  const { code, output } = await run(pythonIn(folder), ['-m', 'pip', 'install', '--quiet', ...wanted]);
  if (code === 0) return undefined;
  const line = output.split('\n').find((one) => one.startsWith('ERROR:')) ?? lastLines(output, 1);
  return line.replace(/ \(Caused by .*/, '');
}

/**
 * An environment with everything, or none: half of one would be taken for a whole one. It is made beside the one that is
 * in use, which stays until then: an update that fails must not cost anybody what works. `finish` is given where it lies.
 */
export async function makeWhole(python, folder, wanted, finish = async () => undefined) {
  const fresh = freshOf(folder);
  const trouble =
    (await makePython(python, folder)) ??
    (await pipInstall(wanted, fresh)) ??
    (await finish(fresh)) ??
    putInPlace(folder);
  return trouble === undefined ? undefined : giveUp(folder, trouble);
}

/** Throws away what was made beside `folder`, and says what is left. */
export function giveUp(folder, trouble) {
  remove(freshOf(folder));
  if (!existsSync(pythonIn(folder))) return trouble;
  return `${trouble}; ${folder} stays as it was`;
}

/** Resolves to what was in the way, if something was: Windows moves no folder out of which a program runs. */
export function putInPlace(folder) {
  const path = join(root, folder);
  try {
    nameAnew(join(root, freshOf(folder)), path);
    remove(earlierOf(folder));
    if (existsSync(path)) renameSync(path, join(root, earlierOf(folder)));
    renameSync(join(root, freshOf(folder)), path);
  } catch (error) {
    restore(folder);
    return `${folder} cannot be replaced (${error.code}); end what runs from it`;
  }
  remove(earlierOf(folder));
  return undefined;
}

/** A set-up that was ended between the two moves has left the earlier one under its other name. */
function restore(folder) {
  const [path, earlier] = [join(root, folder), join(root, earlierOf(folder))];
  if (!existsSync(path) && existsSync(earlier)) renameSync(earlier, path);
}

/** Its own scripts name the folder that they were made in; Python itself finds its packages wherever it is. */
function nameAnew(made, path) {
  const scripts = join(made, process.platform === 'win32' ? 'Scripts' : 'bin');
  for (const entry of readdirSync(scripts, { withFileTypes: true }).filter((one) => one.isFile())) {
    const file = join(scripts, entry.name);
    const content = readFileSync(file);
    // Programs are no text, and a program that was cut to measure would not start any more.
    if (content.includes(0) || !content.includes(made)) continue;
    writeFileSync(file, content.toString().replaceAll(made, path));
  }
}

const remove = (folder) => rmSync(join(root, folder), { recursive: true, force: true });

/**
 * Where a package lies in an environment. What is put into an environment later has this as its outcome: it falls with
 * the environment, whatever is remembered of it.
 */
export function packageIn(folder, name) {
  const lib = join(root, folder, 'lib');
  const versions = existsSync(lib) ? readdirSync(lib).filter((one) => one.startsWith('python3')) : [];
  const places = [...versions.map((one) => join(lib, one, 'site-packages')), join(root, folder, 'Lib/site-packages')];
  const found = places.find((place) => existsSync(join(place, name))) ?? places[0];
  return join(found, name);
}

export const pythonIn = (folder) =>
  join(root, folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
