/**
 * What all requests have in common that bring files and make something of them: who may send them, and that whoever is
 * refused in the middle of it still reads why.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ParleyError } from '../errors.js';

/** A sender of whom nothing comes for so long holds a place for nothing. */
export const SILENCE_MS = 30_000;
/** What one who was refused may still send until it has read why. */
const LINGER_MS = 5000;

/** `hasToken`: whoever comes this far has shown one. */
export function guardUploads(scope: FastifyInstance, hasToken: boolean): void {
  scope.addHook('onRequest', async (request) => {
    if (!hasToken && !isFromHere(request)) throw new ParleyError('making_refused');
  });
  scope.addHook('onResponse', async ({ raw }) => {
    if (raw.complete) return;
    // Read on, whoever has stopped reading, or the sender would see a broken connection instead of the answer.
    raw.unpipe();
    raw.resume();
    setTimeout(() => raw.complete || raw.destroy(), LINGER_MS).unref();
  });
}

/** Its own connection from this machine: a proxy's is, too, but whoever sent it through that is somewhere else. */
function isFromHere({ ip, headers }: FastifyRequest): boolean {
  const isLoopback = ip === '::1' || /^(::ffff:)?127(\.\d+){3}$/.test(ip);
  return isLoopback && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined;
}

/**
 * While `work` is at it, gives up a sender that falls silent before all has come. For work that is over soon after: the
 * socket's clock runs on behind the last byte.
 */
export async function whileSending<T>({ raw }: FastifyRequest, work: Promise<T>): Promise<T> {
  raw.setTimeout(SILENCE_MS, () => raw.complete || raw.destroy());
  try {
    return await work;
  } finally {
    raw.setTimeout(0);
  }
}
