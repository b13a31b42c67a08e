/** Environments of Python in var/: finding a Python, making them, and what python/pyproject.toml says they are to have. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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

/** Resolves to what was in the way, if something was. */
export async function makePython(python, folder) {
  if (python === null) return `passed over: no Python ${PYTHON_NEEDED.join('.')} or newer (package python3)`;
  const made = await run(python, ['-m', 'venv', '--clear', folder]);
  return made.code === 0 ? undefined : 'passed over: python3 cannot make an environment (package python3-venv)';
}

/** Resolves to what was in the way, if something was. */
export async function pipInstall(wanted, folder) {
  const { code, output } = await run(pythonIn(folder), ['-m', 'pip', 'install', '--quiet', ...wanted]);
  if (code === 0) return undefined;
  const line = output.split('\n').find((one) => one.startsWith('ERROR:')) ?? lastLines(output, 1);
  return line.replace(/ \(Caused by .*/, '');
}

/** An environment with everything, or none: half of one would be taken for a whole one. */
export async function makeWhole(python, folder, wanted) {
  const trouble = (await makePython(python, folder)) ?? (await pipInstall(wanted, folder));
  if (trouble !== undefined) rmSync(join(root, folder), { recursive: true, force: true });
  return trouble;
}

export const pythonIn = (folder) =>
  join(root, folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
