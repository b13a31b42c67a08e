/**
 * Local speech: `npm run setup:local`. Whisper and Kokoro share an environment without torch (var/speech); Kokoro on a
 * GPU (var/kokoro) and XTTS (var/coqui) have their own. Weights come from the hub into DATA_DIR/models, by
 * python/parley_workers/weights.
 */
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  aboutPython,
  extras,
  findPython,
  isOlderThan,
  makeWhole,
  packageIn,
  passedOver,
  pipInstall,
  pythonIn,
} from './environments.mjs';
import { needsOf } from './needs.mjs';
import { today } from './python.mjs';
import { doing, Halt, must, readStamps, remember, root, run, say, step } from './steps.mjs';

const ENGINES = ['whisper', 'kokoro', 'coqui'];
const USUAL = ['whisper', 'kokoro'];
const USAGE = `npm run setup:local [${ENGINES.join('] [')}] [-- --model SIZE] [--torch] [--revision COMMIT] [--accept-new] [--dry-run]`;

export const speechPython = () => pythonIn('var/speech');
export const coquiPython = () => pythonIn('var/coqui');
const KOKORO_TORCH = 'var/kokoro';
/** Lies in an environment that has the dictionary. */
const ENGLISH = 'en_core_web_sm';
/** The model's name among all that Coqui has published; whatever else is set is a folder. */
const COQUI_NAME = 'tts_models/multilingual/multi-dataset/xtts_v2';

/** Before anything starts: how much that may be. What cannot be asked for is refused here. */
export function foretell(args) {
  const { engines, options } = chosen(args);
  say('What this needs, less what is here already:');
  for (const engine of engines) {
    const needs = needsOf(engine, {
      ...options,
      size: whisperSize(options),
      isOwn: ownModel(engine, options) !== null,
    });
    say(`  ${engine.padEnd(8)} ${needs}`);
  }
  say('');
}

/** Every engine by itself: what stops one does not stop the others. Resolves to the exit code. */
export async function setUpLocal(args) {
  const { engines, options } = chosen(args);
  const failed = [];
  for (const engine of engines) {
    say(`\n${engine}`);
    const trouble = await setUpOne(engine, options);
    if (trouble === undefined) continue;
    failed.push(engine);
    say(`  ${engine} could not be set up: ${trouble}`);
  }
  const ready = engines.filter((engine) => !failed.includes(engine));
  if (ready.length > 0 && !options['dry-run'])
    say(`\nSet up: ${ready.join(', ')}. \`npm run doctor\` tries what is here.`);
  if (failed.length > 0) say(`\nNot set up: ${failed.join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
}

function chosen(args) {
  const flag = { type: 'boolean', default: false };
  const options = {
    model: { type: 'string' },
    revision: { type: 'string' },
    torch: flag,
    'accept-new': flag,
    'dry-run': flag,
  };
  try {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const unknown = positionals.find((name) => !ENGINES.includes(name));
    if (unknown !== undefined) throw new Error(`"${unknown}" is not one of: ${ENGINES.join(', ')}`);
    const engines = positionals.length === 0 ? USUAL : [...new Set(positionals)];
    if (values.revision !== undefined && engines.length > 1) {
      throw new Error('--revision is a commit of one repository: name the engine that it is for, and no other');
    }
    return { engines, options: values };
  } catch (error) {
    throw new Halt(`${error.message}\n\n${USAGE}`);
  }
}

/** Resolves to what was in the way, if something was. */
async function setUpOne(engine, options) {
  const trouble = await prepareEnvironment(engine, options);
  if (trouble !== undefined) return trouble;
  if (engine === 'kokoro' && !options['dry-run']) await prepareEnglish(options);
  const own = ownModel(engine, options);
  if (own === null) return bring(engine, options);
  say(`  ${own} is set: nothing is fetched.`);
  return undefined;
}

function prepareEnvironment(engine, { torch }) {
  if (engine === 'coqui') return prepareCoqui();
  return engine === 'kokoro' && torch ? prepareKokoroTorch() : prepareSpeech({ forTests: false });
}

/** The setting that leads to a model of the operator's own; null: ours is wanted. */
function ownModel(engine, options) {
  const { KOKORO_MODEL: kokoro, COQUI_MODEL: coqui } = process.env;
  if (engine === 'whisper') return /[\\/]/.test(whisperSize(options)) ? `WHISPER_MODEL=${whisperSize(options)}` : null;
  if (engine === 'kokoro') return kokoro ? `KOKORO_MODEL=${kokoro}` : null;
  const isOurs = !coqui || (coqui === COQUI_NAME && !existsSync(resolve(root, coqui)));
  return isOurs ? null : `COQUI_MODEL=${coqui}`;
}

/** With the address of a server, WHISPER_MODEL is the name of a model there. */
function whisperSize({ model }) {
  if (model !== undefined) return model;
  return (process.env.WHISPER_BASE_URL ? undefined : process.env.WHISPER_MODEL) || 'base';
}

function weightsCommand(engine, options) {
  if (engine === 'whisper') return [speechPython(), 'whisper', '--model', whisperSize(options)];
  if (engine === 'kokoro' && options.torch) return [pythonIn(KOKORO_TORCH), 'kokoro', '--torch'];
  if (engine === 'kokoro') return [speechPython(), 'kokoro'];
  return [coquiPython(), 'xtts'];
}

/** Says what is to come, and fetches it. The command knows what is here, and looks whether it still is what came. */
async function bring(engine, options) {
  const [python, name, ...more] = weightsCommand(engine, options);
  const into = join(resolve(root, process.env.DATA_DIR || 'var'), 'models', name);
  const args = ['-m', 'parley_workers.weights', name, ...more, '--into', into];
  if (options['accept-new']) args.push('--accept-new');
  if (options.revision !== undefined) args.push('--revision', options.revision);
  const weights = (...last) => run(python, [...args, ...last], { env: { PYTHONPATH: join(root, 'python') } });
  const plan = await weights('--dry-run');
  if (plan.code !== 0) return lastWords(plan.output);
  say(`  ${lastWords(plan.output)}`);
  if (options['dry-run']) return undefined;
  let trouble;
  await doing('Fetching and checking them', async () => {
    const { code, output } = await weights();
    trouble = code === 0 ? undefined : lastWords(output);
    return code === 0 ? undefined : 'failed';
  });
  return trouble;
}

/** Percentages come on another pipe, and may stand behind what was said last. */
const lastWords = (output) =>
  output
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*\d+%/.test(line))
    .at(-1) ?? 'it said nothing';

/**
 * The environment without weights is enough for the tests, which make tiny models of their own. They go on without it:
 * what could not be fetched for them is tried again the next day. Resolves to what was in the way, if something was.
 */
export async function prepareSpeech({ forTests }) {
  const python = findPython();
  const wanted = extras('whisper', 'kokoro');
  const inputs = `${wanted} ${aboutPython(python)}`;
  const failedToday = `${inputs} failed on ${today()}`;
  if (forTests && readStamps().speech === failedToday) return 'it could not be made today';
  const outcome = relative(root, speechPython());
  const { speech, 'speech-english': english } = readStamps();
  const isNew = speech !== inputs || !existsSync(resolve(root, outcome));
  // Whoever has the dictionary keeps it, whatever an environment is made anew for: it comes along, or all stays as it is.
  const hasEnglish = existsSync(packageIn('var/speech', ENGLISH));
  const finish = async (fresh) => (hasEnglish ? pipInstall(extras('kokoro-english'), fresh) : undefined);
  const trouble = await step('speech', 'Preparing Python for local speech (0.5 GB)', { inputs, outcome }, async () =>
    passedOver(await makeWhole(python, 'var/speech', wanted, finish)),
  );
  if (trouble !== undefined) {
    if (forTests) remember('speech', failedToday);
    return 'its Python environment could not be made';
  }
  if (isNew && hasEnglish) remember('speech-english', `${extras('kokoro-english')} ${inputs}`);
  // The environment was removed, and with it what it had.
  else if (isNew && english !== undefined) await prepareEnglish({ torch: false });
  return undefined;
}

export async function prepareSpeechTests() {
  if ((await prepareSpeech({ forTests: true })) !== undefined) return;
  const wanted = extras('speech-test');
  const inputs = `${wanted} ${readStamps().speech}`;
  const outcome = packageIn('var/speech', 'onnx');
  await step('speech-tests', 'Preparing the tests of local speech', { inputs, outcome }, async () =>
    passedOver(await pipInstall(wanted, 'var/speech')),
  );
}

/** For a GPU. It has what var/speech has for Kokoro as well, so that it can speak with either model. */
async function prepareKokoroTorch() {
  const python = findPython();
  if (python !== null && !isOlderThan(python, [3, 13])) {
    return "Kokoro's package for torch needs a Python older than 3.13; PARLEY_PYTHON=python3.12, say, leads to one";
  }
  const wanted = extras('kokoro', 'kokoro-torch');
  const inputs = `${wanted} ${aboutPython(python)}`;
  const outcome = relative(root, pythonIn(KOKORO_TORCH));
  const trouble = await step('kokoro', 'Preparing Python for Kokoro on a GPU (6 GB)', { inputs, outcome }, async () =>
    passedOver(await makeWhole(python, KOKORO_TORCH, wanted)),
  );
  return trouble === undefined ? undefined : 'its Python environment for torch could not be made';
}

async function prepareEnglish({ torch }) {
  const [name, folder, base] = torch
    ? ['kokoro-english', KOKORO_TORCH, readStamps().kokoro]
    : ['speech-english', 'var/speech', readStamps().speech];
  const wanted = extras('kokoro-english');
  const inputs = `${wanted} ${base}`;
  const outcome = packageIn(folder, ENGLISH);
  await step(name, 'Fetching the dictionary of English (0.25 GB)', { inputs, outcome }, async () => {
    const trouble = await pipInstall(wanted, folder);
    if (trouble === undefined) return undefined;
    return `passed over, English will be spoken by rule (espeak-ng) instead of from the dictionary: ${trouble}`;
  });
}

const AGREE = `the weights of XTTS v2 are under the Coqui Public Model License (https://coqui.ai/cpml): they and what is made with \
them may be used for non-commercial purposes only. If you agree: COQUI_TOS_AGREED=1 npm run setup:local coqui`;

const prepareCoqui = () => (process.env.COQUI_TOS_AGREED === '1' ? prepareCoquiPython() : AGREE);

async function prepareCoquiPython() {
  const python = findPython();
  const wanted = extras('coqui');
  const inputs = `${wanted} ${aboutPython(python)}`;
  const outcome = relative(root, coquiPython());
  const trouble = await step('coqui', 'Preparing Python for XTTS (5.5 GB)', { inputs, outcome }, async () =>
    passedOver(await makeWhole(python, 'var/coqui', wanted)),
  );
  return trouble === undefined ? undefined : 'its Python environment could not be made';
}

/** The licence is about the weights; the tests make a tiny model of their own, and need none of them. */
export async function prepareCoquiTests() {
  const trouble = await prepareCoquiPython();
  if (trouble !== undefined) throw new Halt(`The tests of XTTS cannot be run: ${trouble}.`);
  const wanted = extras('coqui-test');
  const inputs = `${wanted} ${readStamps().coqui}`;
  await step('coqui-tests', 'Preparing the tests of XTTS', { inputs, outcome: packageIn('var/coqui', 'pytest') }, () =>
    must(coquiPython(), ['-m', 'pip', 'install', '--quiet', ...wanted], 'They could not be prepared.'),
  );
}
