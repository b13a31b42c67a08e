/**
 * Short-lived keys, for the page of a service that keeps its own access token to itself: its backend asks for one, with
 * the settings that its sessions begin with, and the page opens its socket with that. As the vendor has them, a key may
 * open several sessions until it expires, and those that are open go on.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ParleyError } from '../errors.js';
import { type SessionSettings, type SessionUpdate, sessionUpdateSchema } from '../protocol/session.js';
import { firstIssue, readJson } from './parse.js';

/** Settings may hold a prompt of 64 KB and 128 tools. */
const MAX_BODY_BYTES = 512 * 1024;
/** Whoever asks for more at a time has a loop somewhere. */
const MOST_KEYS = 10_000;
const MOST_CHARACTERS = 64 * 1024 * 1024;

const requestSchema = z.object({
  expires_after: z
    .object({ anchor: z.literal('created_at').default('created_at'), seconds: z.int().min(10).max(7200).default(600) })
    .prefault({}),
  session: sessionUpdateSchema.prefault({ type: 'realtime' }),
});

export interface ClientSecrets {
  /** True for a key that opens sessions now. */
  opens(key: string): boolean;
  /** What the session that it opens begins with. */
  settingsOf(key: string): SessionUpdate | null;
  issue(session: SessionUpdate, seconds: number): { readonly value: string; readonly expires_at: number };
}

interface Kept {
  readonly session: SessionUpdate;
  readonly expires_at: number;
  readonly characters: number;
}

/** `nowMs`: of a clock that everybody has, for clients are told when a key expires. */
export function createClientSecrets(nowMs: () => number): ClientSecrets {
  const kept = new Map<string, Kept>();
  let held = 0;
  const forgetExpired = () => {
    for (const [value, { expires_at, characters }] of kept) {
      if (expires_at * 1000 > nowMs()) continue;
      kept.delete(value);
      held -= characters;
    }
  };
  const find = (key: string): Kept | null => {
    const found = kept.get(key);
    return found !== undefined && found.expires_at * 1000 > nowMs() ? found : null;
  };
  return {
    opens: (key) => find(key) !== null,
    settingsOf: (key) => find(key)?.session ?? null,
    issue(session, seconds) {
      forgetExpired();
      const characters = JSON.stringify(session).length;
      if (kept.size >= MOST_KEYS || held + characters > MOST_CHARACTERS) throw new ParleyError('too_many_keys');
      const value = `ek_${randomBytes(24).toString('base64url')}`;
      const expires_at = Math.floor(nowMs() / 1000) + seconds;
      kept.set(value, { session, expires_at, characters });
      held += characters;
      return { value, expires_at };
    },
  };
}

/** `preview`: the session as these settings make it. Throws for those that cannot be. */
export function clientSecretsRoute(
  app: FastifyInstance,
  secrets: ClientSecrets,
  preview: (update: SessionUpdate) => SessionSettings,
): void {
  void app.register(async (scope) => {
    // Without this, text would arrive as text, and the complaint would be about its fields.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit: MAX_BODY_BYTES },
      async (_request: FastifyRequest, body: string) => readJson(body),
    );
    scope.post('/v1/realtime/client_secrets', { bodyLimit: MAX_BODY_BYTES }, (request, reply) => {
      const { success, data, error } = requestSchema.safeParse(request.body ?? {});
      if (!success) throw firstIssue(error);
      const session = preview(data.session);
      const issued = secrets.issue(data.session, data.expires_after.seconds);
      return reply.header('cache-control', 'no-store').send({ ...issued, session });
    });
  });
}
