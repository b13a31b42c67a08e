/**
 * Environments of Python, each for what cannot live with the others: local engines and their tests (var/python), MuseTalk
 * (var/musetalk), and what finds faces in a film (var/landmarks).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fingerprint, Halt, lastLines, must, readStamps, remember, root, run, step } from './steps.mjs';

const PYTHON_NEEDED = [3, 10];

/**
 * Workers in Python run in an environment of our own. Without it everything else works, so that nothing here stops the
 * set-up; what is missing is told once, and again when something has changed. What could not be fetched is tried again
 * the next day: a machine without network must not wait for it at every start.
 */
export async function preparePython() {
  const python = findPython();
  const able = python !== null && spawnSync(python, ['-c', 'import ensurepip, venv'], { stdio: 'ignore' }).status === 0;
  const version = python === null ? '' : String(spawnSync(python, ['-V']).stdout);
  const inputs = `${fingerprint('python/pyproject.toml')} ${python} ${version} ${able}`;
  const failedToday = `${inputs} failed on ${new Date().toISOString().slice(0, 10)}`;
  if (readStamps().python === failedToday) return;
  await step('python', 'Preparing Python for local engines', { inputs, outcome: 'var/python' }, async () => {
    const obstacle = await makePython(python);
    if (obstacle !== undefined) {
      // Half an environment would be taken for a whole one. An empty folder stands for "tried, and told".
      rmSync(join(root, 'var/python'), { recursive: true, force: true });
      mkdirSync(join(root, 'var/python'));
      remember('python', inputs);
      return obstacle;
    }
    const trouble = await pipInstall('pocketsphinx>=5.1,<6');
    if (trouble === undefined) return undefined;
    remember('python', failedToday);
    return `done, without pocketsphinx: ${trouble}`;
  });
}

/** What the Python tests need besides: 300 MB that nobody needs who only starts a server. */
export async function preparePythonTests() {
  if (!existsSync(venvPython())) return;
  const inputs = `${TESTED_WITH} ${readStamps().python}`;
  await step('python-tests', 'Preparing the Python tests', { inputs, outcome: 'var/python' }, async () => {
    const trouble = await pipInstall(TESTED_WITH);
    return trouble === undefined ? undefined : `passed over: ${trouble}`;
  });
}

/** What of MuseTalk's worker needs no torch: windows, schedule, packs, and the preparation of avatars. */
const WITHOUT_TORCH = [
  'numpy>=1.26',
  'opencv-python-headless>=4.10',
  'av>=14',
  'safetensors>=0.5',
  'huggingface_hub>=0.30',
];

const TESTED_WITH = ['pytest>=8,<10', ...WITHOUT_TORCH];

/** An environment of its own: nobody who does without a GPU should have to fetch 6 GB. */
export async function prepareMuseTalk() {
  const python = findPython();
  const inputs = `${fingerprint('python/pyproject.toml')} ${python}`;
  await step(
    'musetalk',
    'Preparing Python for MuseTalk (6 GB)',
    { inputs, outcome: 'var/musetalk/bin/python' },
    async () => {
      const trouble = await makePython(python, 'var/musetalk');
      if (trouble !== undefined) throw new Halt(`MuseTalk needs a Python environment; ${trouble}.`);
      const install = ['-m', 'pip', 'install', '--quiet', 'torch>=2.6', 'diffusers>=0.35', ...WITHOUT_TORCH];
      await must(museTalkPython(), install, 'What MuseTalk needs could not be installed.');
    },
  );
  await prepareLandmarks(python);
}

/**
 * What finds a face in a film, in a third environment: the last mediapipe whose package carries its models wants an older
 * numpy. Without it avatars can still be made, with landmarks from elsewhere.
 */
async function prepareLandmarks(python) {
  const inputs = `${MEDIAPIPE} ${python}`;
  await step(
    'landmarks',
    'Preparing Python for finding faces (1 GB)',
    { inputs, outcome: 'var/landmarks' },
    async () => {
      const trouble = (await makePython(python, 'var/landmarks')) ?? (await installMediapipe());
      if (trouble === undefined) return undefined;
      rmSync(join(root, 'var/landmarks'), { recursive: true, force: true });
      return `passed over: ${trouble}`;
    },
  );
}

const MEDIAPIPE = 'mediapipe==0.10.21';

/** It brings an OpenCV that wants a screen's libraries, which servers have not; the one without wants none. */
async function installMediapipe() {
  const folder = 'var/landmarks';
  const trouble = await pipInstall(MEDIAPIPE, folder);
  if (trouble !== undefined) return trouble;
  await run(pythonIn(folder), ['-m', 'pip', 'uninstall', '--quiet', '--yes', 'opencv-contrib-python']);
  return pipInstall(['opencv-python-headless<4.12', 'numpy<2'], folder);
}

/** Whisper's own code to compare ours with, and a portrait in the public domain. */
export async function prepareTorchTests() {
  const wanted = ['pytest>=8,<10', 'transformers>=4.50', 'scikit-image>=0.24'];
  const inputs = `${wanted} ${readStamps().musetalk}`;
  await step('torch-tests', 'Preparing the tests of MuseTalk', { inputs, outcome: 'var/musetalk' }, () =>
    must(museTalkPython(), ['-m', 'pip', 'install', '--quiet', ...wanted], 'They could not be prepared.'),
  );
}

/** One of the worker's own commands: fetch, prepare, bench. */
export async function museTalk(args) {
  // Where a server with these settings looks for them.
  const models =
    process.env.MUSETALK_MODELS_DIR || join(resolve(root, process.env.DATA_DIR || 'var'), 'models/musetalk');
  const env = { PYTHONPATH: join(root, 'python'), MUSETALK_MODELS_DIR: models };
  const { code } = await run(museTalkPython(), ['-m', 'parley_workers.musetalk', ...args], { show: true, env });
  return code;
}

export const museTalkPython = () => pythonIn('var/musetalk');

async function makePython(python, folder = 'var/python') {
  if (python === null) return `passed over: no Python ${PYTHON_NEEDED.join('.')} or newer (package python3)`;
  const made = await run(python, ['-m', 'venv', '--clear', folder]);
  return made.code === 0 ? undefined : 'passed over: python3 cannot make an environment (package python3-venv)';
}

/** Resolves to what was in the way, if something was. */
async function pipInstall(wanted, environment = 'var/python') {
  const { code, output } = await run(pythonIn(environment), ['-m', 'pip', 'install', '--quiet', ...[wanted].flat()]);
  if (code === 0) return undefined;
  return output.split('\n').find((line) => line.startsWith('ERROR:')) ?? lastLines(output, 1);
}

function findPython() {
  const names = [process.env.PARLEY_PYTHON, 'python3', 'python'].filter(Boolean);
  const newEnough = `import sys; sys.exit(0 if sys.version_info >= (${PYTHON_NEEDED}) else 1)`;
  return names.find((name) => spawnSync(name, ['-c', newEnough], { stdio: 'ignore' }).status === 0) ?? null;
}

const pythonIn = (folder) => join(root, folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

export const venvPython = () => pythonIn('var/python');
