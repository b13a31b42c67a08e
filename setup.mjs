#!/usr/bin/env node
/**
 * The two commands. `npm start` and `npm test` come here: everything that is missing is set up, each step with a line,
 * and a step whose inputs have not changed since the last time is passed over. Has no dependencies, because it is what
 * installs them.
 *
 *     node setup.mjs          set up only
 *     node setup.mjs start    set up and serve
 *     node setup.mjs test     set up, check, run every test, and end with the counts
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_NEEDED = [20, 19];
const PYTHON_NEEDED = [3, 10];

const root = dirname(fileURLToPath(import.meta.url));
const stampsFile = join(root, 'var/setup.json');

/** A failure that is told in one sentence, without a stack. */
class Halt extends Error {}

/** Tells main.ts, run by the tests, to leave an operator's `.env` alone, and onnxruntime not to report to its maker. */
const SETTINGS_OFF = { PARLEY_ENV_FILE: 'none', ORT_DISABLE_TELEMETRY: '1' };

/**
 * onnxruntime-node would fetch its files for GPUs, which we do not use, and fail where it cannot reach them. Not said in
 * .npmrc, because newer versions of npm complain of a line that they do not know with every command.
 */
const NO_GPU_FILES = { ONNXRUNTIME_NODE_INSTALL: 'skip' };

const say = (text) => process.stdout.write(`${text}\n`);

// --- running and remembering ----------------------------------------------------------------------------------------

/**
 * Runs a program; resolves to its exit code and its output, which is shown only if it fails or `show` is set. A program
 * that prints percentages moves the line of its step.
 */
function run(file, args, { env = {}, show = false } = {}) {
  return new Promise((done) => {
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    let output = '';
    child.stdout?.on('data', (data) => {
      output += data;
      showProgress(/\d+%/.exec(lastLines(String(data), 1))?.[0]);
    });
    child.stderr?.on('data', (data) => (output += data));
    child.on('error', (error) => done({ code: 127, output: error.message }));
    const stop = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
    child.on('close', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM']) process.off(name, stop);
      if (signal === 'SIGINT' || signal === 'SIGTERM') process.exit(130);
      done({ code: code ?? 1, output });
    });
  });
}

/** Writes over the dots of the step's line; a file or a pipe gets only the finished line. */
function showProgress(percent) {
  if (percent !== undefined && process.stdout.isTTY) process.stdout.write(`\x1b[4D${percent.padStart(4)}`);
}

/** What the files say, for noticing a change. Folders are read whole. */
function fingerprint(...names) {
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

function readStamps() {
  try {
    return JSON.parse(readFileSync(stampsFile, 'utf8'));
  } catch {
    return {};
  }
}

/** The step has been done for these inputs. */
function remember(name, inputs) {
  writeFileSync(stampsFile, JSON.stringify({ ...readStamps(), [name]: inputs }, null, 2));
}

/** Does a step unless `done` says that its outcome for these inputs is already there. */
async function step(name, label, { inputs, outcome }, work) {
  if (readStamps()[name] === inputs && existsSync(resolve(root, outcome))) return;
  const started = Date.now();
  process.stdout.write(`  ${label.padEnd(44)} ...`);
  const trouble = await work();
  const seconds = `${((Date.now() - started) / 1000).toFixed(1)} s`;
  say(trouble === undefined ? ` done (${seconds})` : ` ${trouble}`);
  if (trouble === undefined) remember(name, inputs);
}

/** Runs a program that must succeed; what it printed is the reason when it does not. */
async function must(file, args, sentence, env = {}) {
  const { code, output } = await run(file, args, { env });
  if (code !== 0) throw new Halt(`${sentence}\n\n${lastLines(output, 25)}`);
}

const lastLines = (text, count) => text.trimEnd().split('\n').slice(-count).join('\n');

function loadSettings() {
  const file = join(root, '.env');
  if (!existsSync(file)) return;
  try {
    process.loadEnvFile(file);
  } catch (error) {
    throw new Halt(`The file ${file} cannot be read: ${error.message}`);
  }
}

// --- the steps ------------------------------------------------------------------------------------------------------

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1])) return;
  throw new Halt(`Parley needs Node ${NODE_NEEDED.join('.')} or newer; this is Node ${process.versions.node}.`);
}

function checkFolders(dataDir) {
  mustBeWritable(join(root, 'var'), 'Give this user the right to, or clone Parley where it has it.');
  mustBeWritable(dataDir, 'Give this user the right to, or set DATA_DIR to another folder.');
}

function mustBeWritable(folder, mend) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch {
    throw new Halt(`The folder ${folder} cannot be written. ${mend}`);
  }
}

async function installPackages() {
  const inputs = fingerprint('package.json', 'package-lock.json', '.npmrc');
  await step(
    'packages',
    'Installing packages (about 590 MB)',
    { inputs, outcome: 'node_modules/.package-lock.json' },
    async () => {
      const npm = process.env.npm_execpath;
      const command = npm?.endsWith('js') ? [process.execPath, npm] : ['npm'];
      // Not `npm ci`: it refuses a lock file made where the registry lacks some platform's optional binaries.
      const args = [...command.slice(1), 'install', '--no-save', '--include=dev', '--loglevel=error'];
      await must(
        command[0],
        args,
        'The packages could not be installed. Is a package registry reachable?',
        NO_GPU_FILES,
      );
      removeForeignBinaries();
    },
  );
}

/** onnxruntime-node brings its library for every platform, 290 MB of it; what this machine cannot run goes again. */
function removeForeignBinaries() {
  const binaries = join(root, 'node_modules/onnxruntime-node/bin');
  const ours = join(process.platform, process.arch);
  const builds = subfolders(binaries).flatMap(subfolders).flatMap(subfolders);
  for (const build of builds.filter((folder) => !folder.endsWith(ours))) rmSync(build, { recursive: true });
}

const subfolders = (folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []);

async function build() {
  const inputs = fingerprint('package-lock.json', 'tsconfig.json', 'src');
  await step('server', 'Building the server', { inputs, outcome: 'dist/main.js' }, () =>
    must(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], 'The server does not compile.'),
  );
  const pageInputs = fingerprint('package-lock.json', 'vite.config.ts', 'web-client', 'src/protocol');
  await step('page', 'Building the page', { inputs: pageInputs, outcome: 'dist/web/index.html' }, () =>
    must(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel=warn'], 'The page does not build.'),
  );
}

/** Draws what is missing; the drawing program itself knows what is up to date. */
async function drawAvatars(dataDir) {
  const folder = join(dataDir, 'avatars');
  const inputs = fingerprint('src/avatars') + folder;
  const { presenters } = await import('./dist/avatars/drawn/presenters.js');
  const files = presenters.map(({ id }) => join(folder, id, 'mouths.bin'));
  const outcome = relative(root, files.find((file) => !existsSync(file)) ?? folder);
  await step('avatars', 'Drawing the presenters (once)', { inputs, outcome }, () =>
    must(process.execPath, ['dist/avatars/drawn/main.js', folder], 'The presenters could not be drawn.'),
  );
}

/**
 * Workers in Python run in an environment of our own. Without it everything else works, so that nothing here stops the
 * set-up; what is missing is told once, and again when something has changed. What could not be fetched is tried again
 * the next day: a machine without network must not wait for it at every start.
 */
async function preparePython() {
  const python = findPython();
  const able = python !== null && spawnSync(python, ['-c', 'import ensurepip, venv'], { stdio: 'ignore' }).status === 0;
  const version = python === null ? '' : String(spawnSync(python, ['-V']).stdout);
  const inputs = `${fingerprint('python')} ${python} ${version} ${able}`;
  const failedToday = `${inputs} failed on ${new Date().toISOString().slice(0, 10)}`;
  if (readStamps().python === failedToday) return;
  await step('python', 'Preparing Python for local engines', { inputs, outcome: 'var/python' }, async () => {
    const trouble = await makePython(python);
    if (trouble !== undefined) {
      // Half an environment would be taken for a whole one. An empty folder stands for "tried, and told".
      rmSync(join(root, 'var/python'), { recursive: true, force: true });
      mkdirSync(join(root, 'var/python'));
      remember('python', inputs);
      return trouble;
    }
    const missing = await pipTroubles('pocketsphinx>=5.1,<6', 'pytest>=8,<10');
    if (missing.length === 0) return undefined;
    remember('python', failedToday);
    return `done, without ${missing.join('; without ')}`;
  });
}

async function makePython(python) {
  if (python === null) return `passed over: no Python ${PYTHON_NEEDED.join('.')} or newer (package python3)`;
  const made = await run(python, ['-m', 'venv', '--clear', 'var/python']);
  return made.code === 0 ? undefined : 'passed over: python3 cannot make an environment (package python3-venv)';
}

/** What could not be installed, and why. The recogniser is no condition of the tests, nor they of it. */
async function pipTroubles(...wanted) {
  const troubles = [];
  for (const one of wanted) {
    const trouble = await pipInstall(one);
    if (trouble !== undefined) troubles.push(`${one.split('>')[0]}: ${trouble}`);
  }
  return troubles;
}

async function pipInstall(wanted) {
  const { code, output } = await run(venvPython(), ['-m', 'pip', 'install', '--quiet', wanted]);
  if (code === 0) return undefined;
  return output.split('\n').find((line) => line.startsWith('ERROR:')) ?? lastLines(output, 1);
}

function findPython() {
  const names = [process.env.PARLEY_PYTHON, 'python3', 'python'].filter(Boolean);
  const newEnough = `import sys; sys.exit(0 if sys.version_info >= (${PYTHON_NEEDED}) else 1)`;
  return names.find((name) => spawnSync(name, ['-c', newEnough], { stdio: 'ignore' }).status === 0) ?? null;
}

const venvPython = () =>
  join(root, process.platform === 'win32' ? 'var/python/Scripts/python.exe' : 'var/python/bin/python');

async function setUp({ forTests }) {
  checkNode();
  // The tests are about the defaults, not about what an operator has set.
  if (!forTests) loadSettings();
  const dataDir = resolve(root, process.env.DATA_DIR || 'var');
  checkFolders(dataDir);
  await installPackages();
  await build();
  await drawAvatars(dataDir);
  await preparePython();
}

// --- the tests ------------------------------------------------------------------------------------------------------

async function test() {
  const results = join(root, 'var/test');
  mkdirSync(results, { recursive: true });
  const node = (...args) => run(process.execPath, args, { show: true });
  const checks = [
    ['types of the tests', () => node('node_modules/typescript/bin/tsc', '-p', 'test/tsconfig.json')],
    ['types of the page', () => node('node_modules/typescript/bin/tsc', '-p', 'web-client/tsconfig.json', '--noEmit')],
    ['style', () => node('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings')],
  ];
  let wrong = 0;
  for (const [name, check] of checks) {
    if ((await check()).code !== 0) {
      say(`\n  The check of ${name} failed.`);
      wrong += 1;
    }
  }
  const vitestFile = join(results, 'vitest.json');
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json'];
  const hasPython = existsSync(venvPython());
  const environment = hasPython ? { PARLEY_PYTHON: venvPython(), ...SETTINGS_OFF } : SETTINGS_OFF;
  const ran = await run(process.execPath, [...vitest, `--outputFile.json=${vitestFile}`], {
    show: true,
    env: environment,
  });
  const counts = countVitest(vitestFile);
  if (ran.code !== 0 && counts.failed === 0) wrong += 1;
  if (hasPython && spawnSync(venvPython(), ['-c', 'import pytest']).status === 0) {
    add(counts, await pytest(join(results, 'pytest.xml')));
  } else {
    skipLoudly(
      counts,
      `Python tests: no ${hasPython ? 'pytest' : 'Python environment; install python3 and python3-venv'}`,
    );
  }
  counts.failed += wrong;
  for (const name of counts.skips) say(`  SKIPPED  ${name}`);
  if (process.env.PARLEY_NO_SKIPS === '1') {
    counts.failed += counts.skipped;
    counts.skipped = 0;
  }
  say(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

function countVitest(file) {
  const counts = { passed: 0, failed: 0, skipped: 0, skips: [] };
  if (!existsSync(file)) return { ...counts, failed: 1 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  for (const suite of report.testResults) {
    if (suite.assertionResults.length === 0 && suite.status === 'failed') counts.failed += 1;
    for (const { status, fullName } of suite.assertionResults) {
      if (status === 'passed') counts.passed += 1;
      else if (status === 'failed') counts.failed += 1;
      else skipLoudly(counts, fullName);
    }
  }
  return counts;
}

async function pytest(file) {
  const { code } = await run(venvPython(), ['-m', 'pytest', '-q', 'test/python', `--junitxml=${file}`], {
    show: true,
    env: { PYTHONPATH: join(root, 'python'), PYTHONDONTWRITEBYTECODE: '1' },
  });
  const counts = { passed: 0, failed: 0, skipped: 0, skips: [] };
  const suite = existsSync(file) ? /<testsuite [^>]*>/.exec(readFileSync(file, 'utf8'))?.[0] : undefined;
  if (suite === undefined) return { ...counts, failed: 1 };
  const number = (name) => Number(new RegExp(`${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  counts.failed = number('failures') + number('errors');
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  counts.passed = Math.max(0, number('tests') - counts.failed - number('skipped'));
  for (let index = 0; index < number('skipped'); index += 1)
    skipLoudly(counts, 'a Python test; the list above names it');
  return counts;
}

function skipLoudly(counts, name) {
  counts.skipped += 1;
  counts.skips.push(name);
}

function add(counts, more) {
  counts.passed += more.passed;
  counts.failed += more.failed;
  counts.skipped += more.skipped;
  counts.skips.push(...more.skips);
}

// --- the command ----------------------------------------------------------------------------------------------------

/** npm starts this through a shell, which passes no signal on: whoever ends npm would leave the server behind. */
function endWithTheShell() {
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}

const command = process.argv[2] ?? 'setup';
try {
  if (!['setup', 'start', 'test'].includes(command)) throw new Halt(`"${command}" is not one of: start, test.`);
  await setUp({ forTests: command === 'test' });
  if (command === 'start' && process.env.npm_lifecycle_event !== undefined) endWithTheShell();
  if (command === 'start') await import('./dist/main.js');
  if (command === 'test') process.exitCode = await test();
} catch (error) {
  if (!(error instanceof Halt)) throw error;
  process.stderr.write(`\nParley: ${error.message}\n`);
  process.exitCode = 1;
}
