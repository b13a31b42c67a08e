/**
 * The composition root: environment -> settings -> engines -> sessions -> server. Here, and only here, everything is
 * made and everything is closed.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { loadCatalogue } from './avatars/catalogue.js';
import { type Config, readConfig, variables } from './config.js';
import type { House } from './conversation/house.js';
import { runSession } from './conversation/session.js';
import { firstSettings } from './conversation/settings.js';
import { chooseEngines } from './engines/choose.js';
import { asParleyError, ParleyError } from './errors.js';
import { type KeptCertificate, keepCertificate, readCertificate } from './gateway/certificate.js';
import { chooseEntrance, type Entrance, invitation, listenFailure } from './gateway/entrance.js';
import { renewOnHangUp } from './gateway/renewal.js';
import { packUrl, type ServedAvatar } from './gateway/routes.js';
import { openLog } from './observe/log.js';
import { type EngineRow, startTable } from './observe/start-table.js';
import { type HouseParts, openHouse } from './open-house.js';
import { loadPersonas, type Persona } from './persona.js';
import { presentedBy, presenterName } from './persona-presenters.js';
import { buildServer, type ServerParts } from './server.js';

/** Open sockets are told and get this long to close; then the process ends all the same. */
const LAST_MOMENTS_MS = 5000;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

async function serve(): Promise<void> {
  // onnxruntime would report to its maker. Set before its thread is made: a thread's own environment reaches no native code.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  const config = readConfig(readSettings());
  const log = openLog(config.LOG_LEVEL);
  const stop = new AbortController();
  const certificate = keepCertificate(() => readCertificate(root, config, new Date()));

  const persona = await choosePersona(config);
  const { engines, choices } = chooseEngines(config, { root, persona, log, stopping: stop.signal });
  const catalogue = await loadCatalogue(resolve(root, config.DATA_DIR, 'avatars'));
  const house = openHouse({ config, persona, engines, catalogue, log });
  const entrance = chooseEntrance(config.HOST, config.ACCESS_TOKEN);
  const stopping = stop.signal;
  const app = await buildServer(
    serverParts({ config, persona, engines, choices, catalogue, house, log, entrance, certificate, stopping }),
  );

  const shutDown = async () => {
    setTimeout(() => process.exit(1), LAST_MOMENTS_MS).unref();
    stop.abort(new ParleyError('shutting_down'));
    await app.close();
    await Promise.all([
      engines.vad.close(),
      engines.stt?.close(),
      engines.llm.close(),
      engines.tts?.close(),
      engines.face?.close(),
    ]);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void shutDown());
  if (certificate.now() !== null) renewOnHangUp({ server: app.server, read: certificate.read, log });
  // A defect in one caller's session must not end everybody's conversation.
  process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'nobody caught this'));

  try {
    const listenTextResolver = (address: string) => `listening at ${new URL(address).host}`;
    await app.listen({ host: config.HOST, port: config.PORT, listenTextResolver });
  } catch (thrown) {
    await shutDown();
    throw listenFailure(thrown, config.HOST, config.PORT);
  }
  announce(choices, invitation(entrance, app.server.address() as AddressInfo, certificate.now()));
}

/** The environment, over what stands in `.env`. The tests run without the latter. */
function readSettings(): Readonly<Record<string, string | undefined>> {
  const file = join(root, '.env');
  if (process.env.PARLEY_ENV_FILE === 'none' || !existsSync(file)) return process.env;
  const set = parseEnv(readFileSync(file, 'utf8'));
  const unknown = Object.keys(set).find((name) => !variables.includes(name));
  if (unknown !== undefined) {
    throw new ParleyError(
      'bad_settings',
      `.env sets ${unknown}, which Parley does not know; .env.example has them all.`,
    );
  }
  return { ...set, ...process.env };
}

async function choosePersona(config: Config): Promise<Persona> {
  const personas = await loadPersonas(resolve(root, config.PERSONAS_DIR));
  const persona = personas.get(config.PERSONA);
  if (persona !== undefined) return persona;
  const known = [...personas.keys()].join(', ');
  throw new ParleyError('bad_settings', `PERSONA="${config.PERSONA}" is not one of: ${known || 'none found'}.`);
}

interface ServerMaterial extends HouseParts {
  readonly choices: EngineRow[];
  readonly house: House;
  readonly entrance: Entrance;
  readonly certificate: KeptCertificate;
  readonly stopping: AbortSignal;
}

function serverParts(parts: ServerMaterial): ServerParts {
  const { config, persona, engines, choices, catalogue, house, log, entrance, certificate, stopping } = parts;
  const page = join(root, 'dist/web');
  const running = [engines.vad, engines.stt, engines.llm, engines.tts, engines.face].filter(
    (engine) => engine !== null,
  );
  return {
    log,
    access: {
      allowedOrigins: config.ALLOWED_ORIGINS,
      // No page can pretend to be at a name for which only this server has the key.
      allowedHosts: () => [...config.ALLOWED_HOSTS, ...(certificate.now()?.names ?? [])],
    },
    token: entrance.token,
    tls: certificate.now()?.pair ?? null,
    realtime: {
      openSession: (caller) => runSession(caller, house),
      maxSessions: config.MAX_SESSIONS,
      avatars: new Set(house.presenters.keys()),
      log,
      now: house.now,
      stopping,
    },
    previewSession: (update) => firstSettings(house, 'parley', update),
    routes: {
      about: {
        name: 'Parley',
        version,
        persona: {
          id: persona.id,
          name: presentedBy(persona, house.presenter.id).name,
          description: persona.description,
          suggestions: persona.suggestions,
        },
        engines: choices,
        avatar: house.presenter.face?.avatar.id ?? null,
        voices: engines.tts?.voices ?? [],
      },
      avatars: catalogue.list().map(
        ({ avatar, pack }): ServedAvatar => ({
          id: avatar.id,
          name: presenterName(persona, avatar),
          pack: { url: packUrl(avatar.id, avatar.hash), bytes: pack },
        }),
      ),
      troubles: () =>
        running.flatMap((engine) => {
          const health = engine.health();
          return health === 'up' ? [] : [`${engine.name}: ${health.down}`];
        }),
    },
    page: existsSync(page) ? page : null,
  };
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
