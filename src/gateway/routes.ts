/** What there is besides the socket: health, metrics, what this server is made of, and the avatars' packs. */
import type { FastifyInstance } from 'fastify';
import { ParleyError } from '../errors.js';
import type { EngineRow } from '../observe/start-table.js';

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
  readonly voices: readonly { readonly id: string; readonly name: string; readonly language: string | null }[];
}

/** A pack's address carries the hash of its bytes, so that a cache may keep it for ever. */
export interface ServedAvatar {
  readonly id: string;
  readonly name: string;
  readonly pack: { readonly url: string; readonly bytes: Uint8Array };
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
  /** As they are now: one may be made while the server runs. */
  readonly avatars: () => readonly ServedAvatar[];
  /** Why the server cannot take callers now, one line each; empty when it can. */
  readonly troubles: () => readonly string[];
  /** Every engine, those too that only stand behind another one. */
  readonly services: () => readonly Service[];
  readonly metrics: MetricsText;
}

export const packUrl = (id: string, hash: string): string => `/v1/avatars/${id}/pack-${hash.slice(0, 16)}.bin`;

export function routes(app: FastifyInstance, { about, avatars, troubles, services, metrics }: RouteTools): void {
  app.get('/healthz', () => ({ status: 'alive' }));
  app.get('/readyz', (_request, reply) => {
    const found = troubles();
    const ready = found.length === 0;
    return reply.code(ready ? 200 : 503).send({ ready, troubles: found, services: services().map(shownService) });
  });
  app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()));
  app.get('/v1/about', about);
  app.get('/v1/voices', () => ({ voices: about().voices }));
  app.get('/v1/avatars', () => ({
    avatars: avatars().map(({ id, name, pack }) => ({
      id,
      name,
      pack: { url: pack.url, bytes: pack.bytes.byteLength },
    })),
  }));
  app.get<{ Params: { id: string; file: string } }>('/v1/avatars/:id/:file', (request, reply) => {
    const { id, file } = request.params;
    const avatar = avatars().find((one) => one.id === id);
    if (avatar === undefined) throw new ParleyError('unknown_avatar');
    if (avatar.pack.url !== `/v1/avatars/${id}/${file}`) throw new ParleyError('not_found');
    return reply
      .header('cache-control', 'public, max-age=31536000, immutable')
      .type('application/octet-stream')
      .send(avatar.pack.bytes);
  });
}

const shownService = ({ job, engine, trouble }: Service) => ({
  job,
  engine,
  ...(trouble === null ? { state: 'up' as const } : { state: 'down' as const, why: trouble }),
});
