/**
 * The composition root: environment -> settings -> engines -> sessions -> server. Here, and only here, everything is
 * made and everything is closed.
 */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from './avatars/catalogue.js';
import { type Config, keysOf, readConfig } from './config.js';
import { type ChosenEngines, chooseEngines } from './engines/choose.js';
import { readSettings } from './env-file.js';
import { asParleyError, ParleyError } from './errors.js';
import { keepCertificate, readCertificate } from './gateway/certificate.js';
import { chooseEntrance, invitation, listenFailure } from './gateway/entrance.js';
import { renewOnHangUp } from './gateway/renewal.js';
import { createCrowding } from './observe/crowding.js';
import { createHeadroom } from './observe/headroom.js';
import { createLateness } from './observe/lateness.js';
import { openLog } from './observe/log.js';
import { createMetrics } from './observe/metrics.js';
import { type EngineRow, startTable } from './observe/start-table.js';
import { linesByHeart, openHouse } from './open-house.js';
import { openMaking } from './open-making.js';
import { openVoices } from './open-voices.js';
import { loadPersonas, type Persona } from './persona.js';
import { rehearse } from './rehearsal/rehearse.js';
import { unheard } from './rehearsal/unheard.js';
import { buildServer } from './server.js';
import { serverParts } from './server-parts.js';
import { startLearning } from './standby-voices.js';
import { openVoiceStore } from './voices/store.js';

/** Open sockets are told and get this long to close; then the process ends all the same. */
const LAST_MOMENTS_MS = 5000;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

async function serve(): Promise<void> {
  // onnxruntime would report to its maker. Set before its thread is made: a thread's own environment reaches no native code.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  const config = readConfig(readSettings(root, process.env));
  const entrance = chooseEntrance(config.HOST, config.ACCESS_TOKEN);
  const log = openLog(config.LOG_LEVEL, [...keysOf(config), ...(entrance.token === null ? [] : [entrance.token])]);
  const stop = new AbortController();
  const certificate = keepCertificate(() => readCertificate(root, config, new Date()));

  const persona = await choosePersona(config);
  const voices = await openVoiceStore(resolve(root, config.DATA_DIR, 'voices'), log, () => new Date());
  const metrics = createMetrics();
  const lateness = createLateness(() => performance.now());
  const headroom = createHeadroom(
    () => performance.now(),
    () => performance.eventLoopUtilization(),
  );
  const onRing = (lagMs: number) => {
    lateness.rang(lagMs);
    headroom.look();
  };
  metrics.watchLoop(onRing, stop.signal);
  metrics.watchHeap(stop.signal);
  metrics.watchBusy(headroom.busy);
  const crowding = createCrowding(() => performance.now());
  const rehearsing = unheard(crowding.hearing(metrics.observer));
  const choice = await chooseEngines(
    config,
    { root, persona, log, stopping: stop.signal, byHeart: linesByHeart(persona), learnt: voices },
    rehearsing.observer,
  );
  metrics.watchEngines(choice.states);
  metrics.watchWorkers(choice.workers);
  const { engines } = choice;
  const catalogue = await loadCatalogue(resolve(root, config.DATA_DIR, 'avatars'));
  const parts = { config, persona, engines, catalogue, log };
  const house = openHouse(parts);
  const learning = startLearning(house, engines.tts, stop.signal);
  const making = await openMaking({ config, root, catalogue, own: house.presenter.id, log });
  const voiceMaking = openVoices({ config, root, store: voices, choice, log });
  const made = {
    ...parts,
    root,
    version,
    choice,
    house,
    learning,
    entrance,
    certificate,
    metrics,
    lateness,
    headroom,
    crowding,
    making,
    voices,
    voiceMaking,
  };
  const app = await buildServer(serverParts({ ...made, stopping: stop.signal }));

  const shutDown = async () => {
    setTimeout(() => process.exit(1), LAST_MOMENTS_MS).unref();
    stop.abort(new ParleyError('shutting_down'));
    await Promise.all([app.close(), making.close()]);
    await closeAll(engines);
  };
  // Not left to Node, which would wait for the timers that vendors' libraries leave behind.
  const leave = () => void shutDown().then(() => process.exit(0));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave);
  if (certificate.now() !== null) renewOnHangUp({ server: app.server, read: certificate.read, log });
  // A defect in one caller's session must not end everybody's conversation.
  process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'nobody caught this'));

  await rehearse({ house, config, rows: choice.rows(), stopping: stop.signal, during: rehearsing.during });
  if (stop.signal.aborted) return;
  try {
    const listenTextResolver = (address: string) => `listening at ${new URL(address).host}`;
    await app.listen({ host: config.HOST, port: config.PORT, listenTextResolver });
  } catch (thrown) {
    // Told to stop while it began to listen: that is under way, and no failure.
    if (stop.signal.aborted) return;
    await shutDown();
    throw listenFailure(thrown, config.HOST, config.PORT);
  }
  if (stop.signal.aborted) return;
  announce(choice.rows(), invitation(entrance, app.server.address() as AddressInfo, certificate.now()));
}

const closeAll = ({ vad, endOfTurn, stt, llm, tts, face }: ChosenEngines) =>
  Promise.all([vad, endOfTurn, stt, llm, tts, face].map((engine) => engine?.close()));

async function choosePersona(config: Config): Promise<Persona> {
  const personas = await loadPersonas(resolve(root, config.PERSONAS_DIR));
  const persona = personas.get(config.PERSONA);
  if (persona !== undefined) return persona;
  const known = [...personas.keys()].join(', ');
  throw new ParleyError('bad_settings', `PERSONA="${config.PERSONA}" is not one of: ${known || 'none found'}.`);
}

function announce(choices: readonly EngineRow[], invited: string): void {
  process.stdout.write(`\nParley ${version}\n\n${startTable(choices)}\n\n${invited}\n`);
}

serve().catch((thrown: unknown) => {
  const error = asParleyError(thrown);
  process.stderr.write(`Parley cannot start: ${error.message}\n`);
  if (error.code === 'internal') process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
