/**
 * `npm run doctor`: what is here, whether it is whole, how fast it is, and the command that mends what is not. Installs
 * and changes nothing. `--quick` looks at the sizes of weights only; their hashes take a while.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { HEARING_RATE, joinedSamples } from './audio/pcm.js';
import { resampler } from './audio/resample.js';
import { readWav } from './bench/wav.js';
import { type Config, readConfig } from './config.js';
import { gallery } from './doctor/avatars.js';
import { type Finding, isIll, table } from './doctor/findings.js';
import { environments, machine } from './doctor/machine.js';
import { pythons, weightsPlaces } from './doctor/places.js';
import { services } from './doctor/services.js';
import { weights } from './doctor/weights.js';
import { readSettings } from './env-file.js';
import { asParleyError, ParleyError } from './errors.js';
import { loadPersonas } from './persona.js';

const USAGE = 'npm run doctor [-- --quick]\n';
const WRONG_USE = 2;
/** For all engines together: a large model comes from a slow disk. */
const PATIENCE_MS = 600_000;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

async function main(args: readonly string[]): Promise<number> {
  if (args.some((arg) => arg !== '--quick')) {
    process.stderr.write(USAGE);
    return WRONG_USE;
  }
  process.env.ORT_DISABLE_TELEMETRY = '1';
  const config = readConfig(readSettings(root, process.env));
  const found = await examine(config, !args.includes('--quick'));
  tell('');
  process.stdout.write(`${table(found, process.stdout.isTTY)}\n`);
  return isIll(found) ? 1 : 0;
}

async function examine(config: Config, isThorough: boolean): Promise<Finding[]> {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(PATIENCE_MS)]);
  const log = pino({ level: 'silent' });
  const persona = (await loadPersonas(resolve(root, config.PERSONAS_DIR))).get(config.PERSONA);
  if (persona === undefined) throw new ParleyError('bad_settings', `PERSONA="${config.PERSONA}" is not there.`);
  const tools = { root, persona, log, stopping: stop.signal, byHeart: { phrases: [], voiceLost: [] } };
  const looked: (Finding | null)[] = [];
  for (const place of weightsPlaces(root, config)) looked.push(await weights(place, { isThorough, tell }));
  const { finding: avatars, filmed } = await gallery(resolve(root, config.DATA_DIR, 'avatars'));
  return [
    ...(await machine()),
    ...(await environments(root, pythons(root, config))),
    ...looked.filter((one) => one !== null),
    avatars,
    ...(await services({ config, tools, probing: { log, signal, recording: recording(), filmed }, tell })),
  ];
}

/** A question that everybody asks; where the sources are not, as in a container, two seconds of silence. */
function recording(): Int16Array {
  const file = join(root, 'src/bench/voices/what-is-your-name.wav');
  if (!existsSync(file)) return new Int16Array(2 * HEARING_RATE);
  const { rate, samples } = readWav(readFileSync(file));
  const resampling = resampler(rate, HEARING_RATE);
  return joinedSamples([resampling.push(samples), resampling.flush()]);
}

/** One line that is written over, for whoever sits in front of it. */
function tell(progress: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${progress}`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  const error = asParleyError(thrown);
  process.stderr.write(`${error.code === 'internal' ? error.stack : error.message}\n`);
  process.exitCode = 1;
}
