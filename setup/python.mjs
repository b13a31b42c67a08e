/**
 * Environments of Python, each for what cannot live with the others: local engines and their tests (var/python), MuseTalk
 * (var/musetalk), and what finds faces in a film (var/landmarks). Local speech is in speech.mjs.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import {
  aboutPython,
  extras,
  findPython,
  freshOf,
  giveUp,
  makePython,
  makeWhole,
  packageIn,
  passedOver,
  pipInstall,
  putInPlace,
  pythonIn,
} from './environments.mjs';
import { Halt, must, readStamps, remember, root, run, step } from './steps.mjs';

/**
 * Workers in Python run in an environment of our own. Without it everything else works, so that nothing here stops the
 * set-up; what is missing is told once, and again when something has changed. What could not be fetched is tried again
 * the next day: a machine without network must not wait for it at every start.
 */
export async function preparePython() {
  const python = findPython();
  const wanted = extras('pocketsphinx');
  const inputs = `${wanted} ${aboutPython(python)}`;
  const failedToday = `${inputs} failed on ${today()}`;
  if (readStamps().python === failedToday) return;
  await step('python', 'Preparing Python for local engines', { inputs, outcome: 'var/python' }, async () => {
    const obstacle = await makePython(python, 'var/python');
    if (obstacle !== undefined) {
      const told = passedOver(giveUp('var/python', obstacle));
      // Half an environment would be taken for a whole one. An empty folder stands for "tried, and told".
      if (!existsSync(venvPython())) rmSync(join(root, 'var/python'), { recursive: true, force: true });
      mkdirSync(join(root, 'var/python'), { recursive: true });
      remember('python', inputs);
      return told;
    }
    const trouble = await pipInstall(wanted, freshOf('var/python'));
    if (trouble !== undefined) remember('python', failedToday);
    // One with pocketsphinx, in whatever version, is better than one without.
    const isBetter = existsSync(packageIn('var/python', 'pocketsphinx'));
    if (trouble !== undefined && isBetter) return passedOver(giveUp('var/python', trouble));
    const inTheWay = putInPlace('var/python');
    if (inTheWay !== undefined) return passedOver(giveUp('var/python', inTheWay));
    return trouble === undefined ? undefined : `done, without pocketsphinx: ${trouble}`;
  });
}

export const today = () => new Date().toISOString().slice(0, 10);

/** What the Python tests need besides: 300 MB that nobody needs who only starts a server. */
export async function preparePythonTests() {
  if (!existsSync(venvPython())) return;
  const wanted = extras('test');
  const inputs = `${wanted} ${readStamps().python}`;
  await step(
    'python-tests',
    'Preparing the Python tests',
    { inputs, outcome: packageIn('var/python', 'pytest') },
    async () => {
      return passedOver(await pipInstall(wanted, 'var/python'));
    },
  );
}

/** An environment of its own: nobody who does without a GPU should have to fetch 6 GB. */
export async function prepareMuseTalk() {
  const python = findPython();
  const wanted = extras('musetalk');
  const outcome = relative(root, museTalkPython());
  await step(
    'musetalk',
    'Preparing Python for MuseTalk (6 GB)',
    { inputs: `${wanted} ${python}`, outcome },
    async () => {
      const trouble = await makeWhole(python, 'var/musetalk', wanted);
      if (trouble !== undefined) throw new Halt(`MuseTalk needs a Python environment; ${trouble}.`);
    },
  );
  await prepareLandmarks(python);
}

/**
 * What finds a face in a film, in a third environment: the last mediapipe whose package carries its models wants an older
 * numpy. Without it avatars can still be made, with landmarks from elsewhere.
 */
async function prepareLandmarks(python) {
  const wanted = extras('landmarks');
  const folder = 'var/landmarks';
  const inputs = `${wanted} ${python}`;
  await step('landmarks', 'Preparing Python for finding faces (1 GB)', { inputs, outcome: folder }, async () => {
    return passedOver(await makeWhole(python, folder, wanted, withoutScreen));
  });
}

/** mediapipe brings an OpenCV that wants a screen's libraries, which servers have not; the one without wants none. */
async function withoutScreen(folder) {
  await run(pythonIn(folder), ['-m', 'pip', 'uninstall', '--quiet', '--yes', 'opencv-contrib-python']);
  return pipInstall(['opencv-python-headless<4.12', 'numpy<2'], folder);
}

export async function prepareTorchTests() {
  const wanted = extras('torch-test');
  const inputs = `${wanted} ${readStamps().musetalk}`;
  await step(
    'torch-tests',
    'Preparing the tests of MuseTalk',
    { inputs, outcome: packageIn('var/musetalk', 'skimage') },
    () => must(museTalkPython(), ['-m', 'pip', 'install', '--quiet', ...wanted], 'They could not be prepared.'),
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

export const venvPython = () => pythonIn('var/python');
