/**
 * Making avatars over HTTP: a film comes in as the body of a request, and a job tells how far its avatar is; and removing
 * them. It costs a machine minutes, a disk space and somebody an avatar, so that nobody may ask for it whom neither a
 * token nor being here admits.
 */
import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ParleyError } from '../errors.js';
import { firstIssue } from './parse.js';
import { guardUploads, whileSending } from './uploading.js';

const number = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'expected a number')
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .optional()
    .transform((value) => value ?? null);

const orderSchema = z.strictObject({
  name: z
    .string('expected a name for the avatar')
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected small letters, digits and hyphens, at most 63, no hyphen first')
    // GET /v1/avatars/jobs/ID and an avatar's pack would have one address.
    .refine((name) => name !== 'jobs', 'expected another name than jobs'),
  title: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .optional()
    .transform((title) => title ?? null),
  consent: z
    .string('expected who agreed to this avatar, and when')
    .trim()
    .min(1, 'expected who agreed to this avatar, and when')
    .max(400),
  start: number(0, 86_400),
  end: number(0, 86_400),
  seconds: number(2, 30),
});

export type AvatarOrder = z.infer<typeof orderSchema>;

export interface AvatarJob {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly step: string | null;
  readonly done: number;
  readonly warnings: readonly string[];
  readonly error: ParleyError | null;
}

export interface AvatarMaking {
  readonly mostBytes: number;
  /** Resolves when the film has been received. Throws for what is refused, without having read all of it. */
  begin(order: AvatarOrder, film: Readable): Promise<AvatarJob>;
  list(): readonly AvatarJob[];
  get(id: string): AvatarJob | undefined;
  /** Resolves to the job as it ended. */
  cancel(id: string): Promise<AvatarJob | undefined>;
  /** Resolves when the avatar is gone. Throws unknown_avatar or avatar_stays. */
  remove(id: string): Promise<void>;
}

export interface AvatarJobsRoute {
  readonly making: AvatarMaking;
  /** Whoever comes this far has shown a token. */
  readonly hasToken: boolean;
}

export function avatarJobsRoute(app: FastifyInstance, { making, hasToken }: AvatarJobsRoute): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      /^(video\/|image\/|application\/octet-stream)/,
      (_request: FastifyRequest, film: Readable, done: (error: null, film: Readable) => void) => done(null, film),
    );
    scope.addContentTypeParser('*', (_request, _film, done) => done(new ParleyError('unsupported_media')));
    guardUploads(scope, hasToken);
    scope.post('/v1/avatars', async (request, reply) => {
      // A token in the address has been looked at before.
      const { token: _token, ...query } = request.query as Record<string, unknown>;
      const { success, data, error } = orderSchema.safeParse(query);
      if (!success) throw firstIssue(error);
      if (request.body === undefined) throw new ParleyError('unsupported_media');
      const declared = Number(request.headers['content-length'] ?? 0);
      if (declared > making.mostBytes) throw tooLarge(making.mostBytes);
      const job = await received(request, making.begin(data, request.body as Readable), making.mostBytes);
      return reply.code(202).header('location', `/v1/avatars/jobs/${job.id}`).send(shownJob(job));
    });
    scope.get('/v1/avatars/jobs', () => ({ jobs: making.list().map(shownJob) }));
    scope.get<{ Params: { id: string } }>('/v1/avatars/jobs/:id', ({ params }) => known(making.get(params.id)));
    scope.delete<{ Params: { id: string } }>('/v1/avatars/jobs/:id', async ({ params }) =>
      known(await making.cancel(params.id)),
    );
    scope.delete<{ Params: { id: string } }>('/v1/avatars/:id', async ({ params }, reply) => {
      await making.remove(params.id);
      return reply.code(204).send();
    });
  });
}

async function received<T>(request: FastifyRequest, work: Promise<T>, mostBytes: number): Promise<T> {
  try {
    return await whileSending(request, work);
  } catch (error) {
    throw error instanceof ParleyError && error.code === 'upload_too_large' ? tooLarge(mostBytes) : error;
  }
}

const tooLarge = (mostBytes: number) =>
  new ParleyError('upload_too_large', `More than ${mostBytes / 1_000_000} MB were sent.`);

function known(job: AvatarJob | undefined) {
  if (job === undefined) throw new ParleyError('not_found', 'There is no such job; the last hundred are remembered.');
  return shownJob(job);
}

function shownJob({ error, ...job }: AvatarJob) {
  const { id, name, state, step, done, warnings } = job;
  const why = error === null ? null : { code: error.code, param: error.param, message: shownMessage(error) };
  return { id, name, state, step, done, warnings, error: why };
}

/** What was thrown by others is for the log. */
const shownMessage = (error: ParleyError): string => (error.cause === undefined ? error.message : error.row.sentence);
