#!/usr/bin/env node
/**
 * The commands. `npm start` and `npm test` come here: everything that is missing is set up, each step with a line,
 * and a step whose inputs have not changed since the last time is passed over. Has no dependencies, because it is what
 * installs them.
 *
 *     node setup.mjs               set up only
 *     node setup.mjs start         set up and serve
 *     node setup.mjs test          set up, check, run every test, and end with the counts
 *     node setup.mjs setup:local ...   set up, then what Whisper, Kokoro or XTTS need: environments and weights
 *     node setup.mjs doctor ...    what is here, whether it is whole, and how fast it is; installs nothing
 *     node setup.mjs musetalk ...  set up what lip-sync on a GPU needs (6 GB), then run one of its commands
 *     node setup.mjs test:torch    the same, then the tests that need it
 *     node setup.mjs test:coqui    set up what XTTS needs (5.5 GB), but no weights, then its tests
 *     node setup.mjs avatar ...    set up, then make, list or remove avatars of films
 */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, buildServer, drawAvatars, installPackages } from './setup/packages.mjs';
import { museTalk, prepareMuseTalk, preparePython, preparePythonTests, prepareTorchTests } from './setup/python.mjs';
import { foretell, prepareCoquiTests, prepareSpeechTests, setUpLocal } from './setup/speech.mjs';
import { Halt, root, run } from './setup/steps.mjs';
import { test, testCoqui, testTorch } from './setup/tests.mjs';

const NODE_NEEDED = [20, 19];

async function setUp({ forTests }) {
  checkNode();
  // The tests are about the defaults, not about what an operator has set.
  if (!forTests) loadSettings();
  if (command === 'setup:local') foretell(process.argv.slice(3));
  const dataDir = resolve(root, process.env.DATA_DIR || 'var');
  checkFolders(dataDir);
  await installPackages();
  await build();
  await drawAvatars(dataDir);
  await preparePython();
  if (!forTests) return;
  await preparePythonTests();
  await prepareSpeechTests();
}

function loadSettings() {
  const file = join(root, '.env');
  if (!existsSync(file)) return;
  try {
    process.loadEnvFile(file);
  } catch (error) {
    throw new Halt(`The file ${file} cannot be read: ${error.message}`);
  }
}

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

/** Files are named from where the person is, and npm goes to the package's folder. */
async function avatar(args) {
  const env = { INIT_CWD: process.env.INIT_CWD ?? process.cwd() };
  return (await run(process.execPath, ['dist/avatar-command.js', ...args], { show: true, env })).code;
}

/** Whoever asks what is wrong should not have something installed. */
async function doctor(args) {
  checkNode();
  if (!existsSync(join(root, 'node_modules/typescript'))) {
    throw new Halt('The packages have not been installed yet: `npm start` does that.');
  }
  mustBeWritable(join(root, 'var'), 'Give this user the right to, or clone Parley where it has it.');
  await buildServer();
  return (await run(process.execPath, ['dist/doctor.js', ...args], { show: true })).code;
}

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

const COMMANDS = ['setup', 'start', 'test', 'test:torch', 'test:coqui', 'setup:local', 'doctor', 'musetalk', 'avatar'];
const command = process.argv[2] ?? 'setup';
try {
  if (!COMMANDS.includes(command)) throw new Halt(`"${command}" is not one of: ${COMMANDS.join(', ')}.`);
  if (command !== 'doctor') await setUp({ forTests: command.startsWith('test') });
  if (command === 'musetalk' || command === 'test:torch') await prepareMuseTalk();
  if (command === 'test:torch') await prepareTorchTests();
  if (command === 'test:coqui') await prepareCoquiTests();
  if (command === 'start' && process.env.npm_lifecycle_event !== undefined) endWithTheShell();
  if (command === 'start') await import('./dist/main.js');
  if (command === 'test') process.exitCode = await test();
  if (command === 'test:torch') process.exitCode = await testTorch();
  if (command === 'test:coqui') process.exitCode = await testCoqui();
  if (command === 'setup:local') process.exitCode = await setUpLocal(process.argv.slice(3));
  if (command === 'doctor') process.exitCode = await doctor(process.argv.slice(3));
  if (command === 'avatar') process.exitCode = await avatar(process.argv.slice(3));
  if (command === 'musetalk' && process.argv.length > 3) process.exitCode = await museTalk(process.argv.slice(3));
} catch (error) {
  if (!(error instanceof Halt)) throw error;
  process.stderr.write(`\nParley: ${error.message}\n`);
  process.exitCode = 1;
}
