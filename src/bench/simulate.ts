/**
 * `npm run simulate`: the cloud vendors on loopback, so that everything that needs them can be tried without a key. The
 * composition root of the simulated vendors; docs/simulators.md says what they know.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { TtsEngine } from '../engines/contract.js';
import { scriptedLlm } from '../engines/llm/scripted.js';
import { espeakTts } from '../engines/tts/espeak.js';
import { asParleyError } from '../errors.js';
import { openLog } from '../observe/log.js';
import { loadPersona } from '../persona.js';
import { byHeart } from './by-heart.js';
import { loadRecordings } from './questions.js';
import { recordingRecogniser } from './recording-recogniser.js';
import { saying } from './saying.js';
import { plan, type Simulated, simulateControl } from './simulate-control.js';
import { type Options, readOptions, USAGE } from './simulate-options.js';
import { startElevenLabsVendor } from './vendors/elevenlabs/server.js';
import { OPENAI_ENDPOINTS } from './vendors/openai/routes.js';
import { startOpenAiVendor } from './vendors/openai/server.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** Any key is right; whoever finds one of these in a log sees that it is none. */
const OPENAI_KEY = 'sk-simulated';
const ELEVENLABS_KEY = 'xi-simulated';
const IMPOSSIBLE = 2;

async function simulate(options: Options, stop: AbortSignal): Promise<void> {
  const log = openLog('warn', []);
  const voice = espeakTts({ workerFile: join(root, 'dist/engines/tts/espeak-worker.js'), log });
  const vendors: Simulated[] = [];
  try {
    vendors.push(await openAi(options, () => vendors, log));
    vendors.push(await elevenLabs(options, voice, log));
    for (const fault of options.faults) plan(fault, vendors);
    // Whoever asks at once is to be answered. Where there is no voice, every request says why.
    await voice.ready(stop).catch(() => {});
    process.stdout.write(welcome(vendors));
    await stopped(stop);
  } finally {
    await Promise.all([...vendors.map(({ vendor }) => vendor.close()), voice.close()]);
  }
}

async function openAi(options: Options, vendors: () => readonly Simulated[], log: Logger): Promise<Simulated> {
  const persona = await loadPersona(join(root, 'personas/parley.json'));
  const { models, chat, transcriptions } = options.pace;
  const vendor = await startOpenAiVendor({
    port: options.openaiPort,
    // The pace is the simulation's, not the script's.
    answer:
      options.says === undefined ? scriptedLlm({ persona, now: () => new Date(), pace: 0 }) : saying(options.says),
    hears: options.knowsRecordings
      ? recordingRecogniser(loadRecordings(root, options.ownRecordings))
      : inTurn(options.hears ?? persona.suggestions),
    pace: { models, chat, transcriptions },
    control: simulateControl(vendors),
    log,
  });
  const environment = `OPENAI_BASE_URL=${vendor.url} OPENAI_API_KEY=${OPENAI_KEY}`;
  return { name: 'OpenAI', endpoints: OPENAI_ENDPOINTS, vendor, environment };
}

async function elevenLabs(options: Options, speak: TtsEngine, log: Logger): Promise<Simulated> {
  const { models: voices, speech } = options.pace;
  const pace = { voices, speech, socket: speech };
  const vendor = await startElevenLabsVendor({ port: options.elevenlabsPort, speak: byHeart(speak), pace, log });
  const environment = `ELEVENLABS_BASE_URL=${vendor.url} ELEVENLABS_API_KEY=${ELEVENLABS_KEY}`;
  return { name: 'ElevenLabs', endpoints: ['voices', 'cloning', 'speech', 'socket'], vendor, environment };
}

function inTurn(lines: readonly string[]): () => string {
  let next = 0;
  return () => lines[next++ % lines.length]!;
}

/** The last line is for pasting. */
function welcome(vendors: readonly Simulated[]): string {
  const rows = vendors.map(({ name, vendor, endpoints }) => `  ${name} at ${vendor.url} (${endpoints.join(', ')})\n`);
  const { origin } = new URL(vendors[0]!.vendor.url);
  const settings = vendors.map(({ environment }) => environment).join(' ');
  return `\nSimulated, until you stop it:\n${rows.join('')}
What was asked, and what is to go wrong next: ${origin}/simulate
Paste this to start a server that uses it:\n
${settings} npm start\n`;
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
// The bench that started this is gone. To hear of it must not keep the process alive.
process.once('disconnect', () => stop.abort());
process.channel?.unref();
try {
  const args = process.argv.slice(2);
  if (args.includes('--help')) process.stdout.write(`${USAGE}\n`);
  else await simulate(readOptions(args), stop.signal);
} catch (thrown) {
  // A port that is taken says so in its own words.
  const error = asParleyError(thrown);
  process.stderr.write(`Nothing can be simulated: ${error.message}\n`);
  process.exitCode = IMPOSSIBLE;
}
