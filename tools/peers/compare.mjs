/**
 * Parley and pipecat, in turn, over the same simulated vendors, with the same questions: who is heard sooner?
 *
 *     node tools/peers/compare.mjs --python VENV/bin/python --policy default --policy timeout-0.0 --json peers.json
 *
 * It runs what `npm start` has built. docs/benchmarks.md says what is equal, and what is not.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { firstLine, start } from './processes.mjs';
import { summaries, table } from './summary.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const dist = (file) => import(join(root, 'dist', file));
const { machine } = await dist('bench/machine.js');
const { startVendorProcess } = await dist('bench/vendor-process.js');
const { ANSWER, vendorProfile } = await dist('bench/vendor-profile.js');

const USAGE = `node tools/peers/compare.mjs --python VENV/bin/python [--policy default|timeout-0.6|timeout-0.0]...
                             [--turns 200] [--block 25] [--callers 1] [--face simulated|none]
                             [--vendors quick|seed] [--pace STAGE=PACE]... [--seed 1] [--json FILE]

  --turns is for each of the peers, in blocks of --block, which take turns.`;
const POLICIES = ['default', 'timeout-0.6', 'timeout-0.0'];
/** A question, its answer of 8 s and a pause take 12 s; a turn that fails is waited for 15 s. */
const TURN_MS = 35_000;
const BEGIN_MS = 180_000;

const scale = ({ callers, turns, seed, file }) =>
  ['--callers', callers, '--turns', turns, '--seed', seed, '--json', file].map(String);

/** Parley's own bench starts the server and ends it. */
async function parleyBlock(block, { environment, signal }) {
  const args = [join(root, 'dist/bench/main.js'), ...scale(block)];
  await start(process.execPath, args, { cwd: root, environment, signal, stdout: 'ignore' }).succeeded();
  const run = JSON.parse(readFileSync(block.file, 'utf8'));
  return {
    version: run.bench,
    engines: Object.fromEntries(run.about.engines.map(({ job, engine }) => [job, engine])),
    lateMs: run.summary.load.late?.p99 ?? null,
    turns: run.results.map(({ caller, turn, question, marks, failure }) => {
      return { caller, turn, question, first_sound: marks.first_sound ?? null, failure };
    }),
  };
}

async function pipecatBlock(policy, block, { python, environment, signal }) {
  const program = (name) => join(root, 'tools/peers/pipecat', name);
  const [openai, elevenlabs] = [environment.OPENAI_BASE_URL, environment.ELEVENLABS_BASE_URL.replace(/^http/, 'ws')];
  const args = [program('bot.py'), '--openai', openai, '--elevenlabs', elevenlabs, '--policy', policy];
  // What pipecat logs of its work would slow it down.
  const quiet = { cwd: root, environment: { ...process.env, LOGURU_LEVEL: 'WARNING' }, signal };
  const bot = start(python, args, { ...quiet, stdout: 'pipe' });
  try {
    const url = await firstLine(bot, /^Listening on (ws:\S+)$/m);
    const calling = [program('call.py'), '--url', url, '--policy', policy, ...scale(block)];
    await start(python, calling, { ...quiet, stdout: 'ignore' }).succeeded();
  } finally {
    await bot.end();
  }
  const { version, summary, turns } = JSON.parse(readFileSync(block.file, 'utf8'));
  return { version, lateMs: summary.late_ms.p99 ?? null, turns };
}

function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      python: { type: 'string' },
      policy: { type: 'string', multiple: true, default: ['default'] },
      turns: { type: 'string', default: '200' },
      block: { type: 'string', default: '25' },
      callers: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      face: { type: 'string', default: 'simulated' },
      vendors: { type: 'string', default: 'quick' },
      pace: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
    },
  });
  if (values.python === undefined) throw new Error(USAGE);
  const unknown = values.policy.find((policy) => !POLICIES.includes(policy));
  if (unknown !== undefined) throw new Error(`--policy ${unknown} is none.\n\n${USAGE}`);
  const numbers = ['turns', 'block', 'callers', 'seed'].map((name) => [name, Number(values[name])]);
  for (const [name, number] of numbers) {
    if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is a whole number.\n\n${USAGE}`);
  }
  return { ...values, ...Object.fromEntries(numbers), profile: vendorProfile(values.vendors, values.pace) };
}

/** One after another, never two at once: whatever else the machine does falls on all of them alike. */
async function alternate(peers, options, folder, signal) {
  const { callers } = options;
  const turns = Math.ceil(options.block / callers);
  const blocks = [];
  for (let round = 0; round < Math.ceil(options.turns / options.block); round += 1) {
    for (const { name, measure } of peers) {
      // Every peer of a round is asked the same.
      const block = { callers, turns, seed: options.seed + round, file: join(folder, `${blocks.length}.json`) };
      const load = Math.round(loadavg()[0] * 10) / 10;
      const patience = AbortSignal.timeout(BEGIN_MS + turns * TURN_MS);
      const measured = await measure(block, AbortSignal.any([signal, patience]));
      blocks.push({ peer: name, round, load, ...measured });
      process.stdout.write(`${table(summaries(blocks.slice(-1)))}\n`);
    }
  }
  return blocks;
}

async function compare(options, signal) {
  const folder = mkdtempSync(join(tmpdir(), 'peers-'));
  const vendors = await startVendorProcess(options.profile, signal);
  try {
    const settings = { ...vendors.environment, FACE: options.face, PARLEY_ENV_FILE: 'none' };
    const environment = { ...process.env, ...settings };
    const common = (each) => ({ python: options.python, environment, signal: each });
    const peers = [
      { name: 'Parley', measure: (block, each) => parleyBlock(block, common(each)) },
      ...options.policy.map((policy) => ({
        name: `pipecat ${policy}`,
        measure: (block, each) => pipecatBlock(policy, block, common(each)),
      })),
    ];
    const blocks = await alternate(peers, options, folder, signal);
    const summary = summaries(blocks);
    process.stdout.write(`\n${table(summary)}\n`);
    const { json, python: _, ...shown } = options;
    const run = { at: new Date().toISOString(), machine: machine(), options: shown, answer: ANSWER, summary, blocks };
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(run, null, 1)}\n`);
    return summary.some(({ failed }) => failed > 0) ? 1 : 0;
  } finally {
    await vendors.close();
    rmSync(folder, { recursive: true });
  }
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort(new Error('stopped')));
try {
  process.exitCode = await compare(readOptions(process.argv.slice(2)), stop.signal);
} catch (thrown) {
  process.stderr.write(`Nothing can be compared: ${thrown.message}\n`);
  process.exitCode = 2;
}
