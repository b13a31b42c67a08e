/** What there is besides the socket: health, metrics, what this server is made of, and the avatars' packs. */
import type { FastifyInstance } from 'fastify';
import { asParleyError, ParleyError } from '../errors.js';
import type { EngineRow } from '../observe/start-table.js';
import { checkMaker } from './uploading.js';

export interface About {
  readonly name: string;
  readonly version: string;
  readonly persona: {
    readonly id: string;
    readonly name: string;
    readonly description: string;
    readonly suggestions: readonly string[];
  };
  readonly engines: readonly EngineRow[];
  /** Whom callers see who name no avatar; null: the server has no face. */
  readonly avatar: string | null;
  readonly voices: readonly AboutVoice[];
}

export interface AboutVoice {
  readonly id: string;
  readonly name: string;
  readonly language: string | null;
  readonly engine?: string;
  /** `learnt`: it was made of recordings, and can be deleted. */
  readonly kind: 'built_in' | 'learnt';
  /** When a learnt one was made. */
  readonly created?: string;
}

/** A pack's address carries the hash of its bytes, so that a cache may keep it for ever. */
export interface ServedAvatar {
  readonly id: string;
  readonly name: string;
  readonly pack: { readonly url: string; readonly bytes: Uint8Array };
  /** Not listed any more; a client that was told of its pack just before may still fetch that. */
  readonly isGone: boolean;
}

/** An engine as operators see it. */
export interface Service {
  readonly job: string;
  readonly engine: string;
  /** Null: it is well. */
  readonly trouble: string | null;
}

/** What Prometheus reads. */
export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface RouteTools {
  readonly about: () => About;
  /** The engines that can make voices of recordings now. Throws with the reason why none can. Without it, none can. */
  readonly voiceMakers?: () => readonly string[];
  /** As they were when somebody looked last, and the last who have gone. */
  readonly avatars: () => readonly ServedAvatar[];
  /** Sees who has come and gone since. Without it, nobody does. */
  readonly lookForAvatars?: () => Promise<void>;
  /** Why the server cannot take callers now, one line each; empty when it can. */
  readonly troubles: () => readonly string[];
  /** Every engine, those too that only stand behind another one. */
  readonly services: () => readonly Service[];
  readonly metrics: MetricsText;
}

export const packUrl = (id: string, hash: string): string => `/v1/avatars/${id}/pack-${hash.slice(0, 16)}.bin`;

/** `hasToken`: whoever comes this far has shown one. */
export function routes(app: FastifyInstance, tools: RouteTools, hasToken: boolean): void {
  const { about, voiceMakers, troubles, services, metrics } = tools;
  app.get('/healthz', () => ({ status: 'alive' }));
  app.get('/readyz', (_request, reply) => {
    const found = troubles();
    const ready = found.length === 0;
    return reply.code(ready ? 200 : 503).send({ ready, troubles: found, services: services().map(shownService) });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  app.get('/v1/about', about);
  app.get('/v1/voices', (request) => {
    const makers = () => {
      checkMaker(request, hasToken);
      return voiceMakers?.() ?? [];
    };
    return { voices: about().voices, making: shownMaking(makers) };
  });
  avatarRoutes(app, tools);
}

function avatarRoutes(app: FastifyInstance, { avatars, lookForAvatars }: RouteTools): void {
  app.get('/v1/avatars', async () => {
    await lookForAvatars?.();
    const here = avatars().filter(({ isGone }) => !isGone);
    return {
      avatars: here.map(({ id, name, pack: { url, bytes } }) => ({ id, name, pack: { url, bytes: bytes.byteLength } })),
    };
  });
  app.get<{ Params: { id: string; file: string } }>('/v1/avatars/:id/:file', (request, reply) => {
    const { id, file } = request.params;
    const ofThisName = avatars().filter((one) => one.id === id);
    const found = ofThisName.find(({ pack }) => pack.url === `/v1/avatars/${id}/${file}`);
    if (found !== undefined) {
      return reply
        .header('cache-control', 'public, max-age=31536000, immutable')
        .type('application/octet-stream')
        .send(found.pack.bytes);
    }
    throw new ParleyError(ofThisName.some(({ isGone }) => !isGone) ? 'not_found' : 'unknown_avatar');
  });
}

/** Why none can be made is no failure of whoever wants to see which there are. */
function shownMaking(makers: () => readonly string[]) {
  try {
    return { engines: makers() };
  } catch (thrown) {
    const { code, message, row } = asParleyError(thrown);
    return { engines: [], code, message, what_to_do: row.sentence };
  }
}

const shownService = ({ job, engine, trouble }: Service) => ({
  job,
  engine,
  ...(trouble === null ? { state: 'up' as const } : { state: 'down' as const, why: trouble }),
});
