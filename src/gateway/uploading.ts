/**
 * What all requests have in common that bring files and make something of them: who may send them, and that whoever is
 * refused in the middle of it still reads why.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ParleyError } from '../errors.js';

/** A sender of whom nothing comes for so long holds a place for nothing. */
export const SILENCE_MS = 30_000;
/** How long one who was refused may still send until it has read why: as long as something comes, up to the second. */
const LINGER_QUIET_MS = 5000;
const LINGER_MS = 120_000;

/** `hasToken`: whoever comes this far has shown one. */
export function guardUploads(scope: FastifyInstance, hasToken: boolean, lingerMs = LINGER_MS): void {
  scope.addHook('onRequest', async (request) => checkMaker(request, hasToken));
  scope.addHook('onSend', async ({ raw }, reply, answer) => {
    if (raw.complete || typeof answer !== 'string') return answer;
    reply.header('content-length', Buffer.byteLength(answer));
    return Readable.from(answeredWhileSending(raw, answer, lingerMs));
  });
  scope.addHook('onResponse', async ({ raw }) => void (raw.complete || raw.destroy()));
}

/**
 * By its length, the answer is whole at once. It ends when all has been sent: Node would close the connection before, if
 * that is what the sender asked for, and the sender would see it break instead of the answer.
 */
async function* answeredWhileSending(raw: IncomingMessage, answer: string, ms: number): AsyncGenerator<string> {
  yield answer;
  const enough = new AbortController();
  const clocks = [LINGER_QUIET_MS, ms].map((after) => setTimeout(() => enough.abort(), after));
  raw.unpipe();
  raw.on('data', () => clocks[0]?.refresh());
  raw.resume();
  await finished(raw, { signal: enough.signal }).catch(() => {});
  for (const clock of clocks) clearTimeout(clock);
}

export function checkMaker(request: FastifyRequest, hasToken: boolean): void {
  if (!hasToken && !isFromHere(request)) throw new ParleyError('making_refused');
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
