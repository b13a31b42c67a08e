/**
 * Voices of one's own over HTTP: a form with recordings comes in and is made into a voice while its sender waits; and
 * deleting one. Whose voice it is must have agreed, and nobody may ask whom neither a token nor being here admits.
 */
import multipart, { type Multipart } from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ParleyError } from '../errors.js';
import { abortable, within } from '../flow.js';
import { guardUploads, SILENCE_MS } from './uploading.js';

export const MOST_RECORDINGS = 8;
/** Of one. A minute of 32-bit stereo at 48 kHz has 23 MB, the same in 16 bits 12. */
const MOST_BYTES = 20_000_000;
const MOST_FIELDS = 10;
/** 1000 characters have at most so many bytes. */
const LONGEST_FIELD = 4000;

/** What is being deleted is deleted to the end, whoever has gone: where it began, at a vendor, nobody can take it back. */
const NEVER = new AbortController().signal;

export type FormPart =
  | { readonly kind: 'field'; readonly name: string; readonly value: string }
  | { readonly kind: 'recording'; readonly bytes: AsyncIterable<Uint8Array> };

export interface MadeVoice {
  readonly id: string;
  readonly name: string;
  readonly language: string | null;
  readonly engine: string;
  readonly created: string;
  readonly seconds: number;
}

export interface VoiceMaking {
  /** Of all recordings of one form. */
  readonly mostBytes: number;
  /** Each recording has to be read before the next part comes. Throws by name what is wrong with them. */
  make(parts: AsyncIterable<FormPart>, signal: AbortSignal): Promise<MadeVoice>;
  /** Throws not_found or voice_stays. */
  remove(id: string, signal: AbortSignal): Promise<void>;
}

export interface VoicesRoute {
  readonly voices: VoiceMaking;
  /** Whoever comes this far has shown a token. */
  readonly hasToken: boolean;
  readonly silenceMs?: number;
  readonly lingerMs?: number;
}

export function voicesRoute(app: FastifyInstance, route: VoicesRoute): void {
  const { voices, hasToken, silenceMs = SILENCE_MS, lingerMs } = route;
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  const awaited = async <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    try {
      return await work;
    } finally {
      underWay.delete(work);
    }
  };
  // What a vendor has just made must be forgotten there before nobody is left who knows of it.
  app.addHook('preClose', async () => {
    closing.abort(new ParleyError('shutting_down'));
    await Promise.allSettled(underWay);
  });
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    await scope.register(multipart, {
      throwFileSizeLimit: false,
      limits: {
        // One more than may be: whoever reads them says what is too much in words of ours.
        files: MOST_RECORDINGS + 1,
        fields: MOST_FIELDS,
        fieldSize: LONGEST_FIELD,
        fieldNameSize: 100,
        headerPairs: 20,
        fileSize: MOST_BYTES + 1,
      },
    });
    scope.addContentTypeParser('*', (_request, _body, done) => done(new ParleyError('unsupported_media')));
    guardUploads(scope, hasToken, lingerMs);
    scope.post('/v1/voices', async (request, reply) => {
      if (!request.isMultipart()) throw new ParleyError('unsupported_media');
      const declared = Number(request.headers['content-length'] ?? 0);
      if (declared > voices.mostBytes + 100_000) throw tooLarge(voices.mostBytes);
      const gone = AbortSignal.any([whenGone(reply), closing.signal]);
      const parts = partsOf(request, { mostBytes: voices.mostBytes, silenceMs }, gone);
      const voice = await awaited(voices.make(parts, gone));
      return reply.code(201).header('location', `/v1/voices/${voice.id}`).send(shownVoice(voice));
    });
    scope.delete<{ Params: { id: string } }>('/v1/voices/:id', async ({ params }, reply) => {
      await awaited(voices.remove(params.id, NEVER));
      return reply.code(204).send();
    });
  });
}

function whenGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => raw.writableFinished || gone.abort(new ParleyError('client_gone')));
  return gone.signal;
}

interface Bounds {
  readonly mostBytes: number;
  readonly silenceMs: number;
}

async function* partsOf(
  request: FastifyRequest,
  { mostBytes, silenceMs }: Bounds,
  signal: AbortSignal,
): AsyncGenerator<FormPart> {
  const allowance = { left: mostBytes, of: mostBytes };
  let recordings = 0;
  for await (const part of untilGone(wellFormed(request.parts()), silenceMs, signal)) {
    if (part.type === 'field') {
      yield fieldOf(part);
      continue;
    }
    if (part.fieldname !== 'recording') throw wrong(part.fieldname, 'expected no file but those of `recording`');
    recordings += 1;
    if (recordings > MOST_RECORDINGS) throw wrong('recording', `expected at most ${MOST_RECORDINGS}`);
    const bytes = untilGone<Buffer>(wellFormed(part.file), silenceMs, signal);
    yield { kind: 'recording', bytes: bounded(bytes, allowance) };
  }
}

/** What the parser says of a form that is broken is the sender's fault, by our name for it. */
async function* wellFormed<T>(parts: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* parts;
  } catch (error) {
    if (error instanceof ParleyError) throw error;
    throw wrong('', `the form cannot be read: ${(error as Error).message}`);
  }
}

function fieldOf({ fieldname, value, valueTruncated }: Extract<Multipart, { type: 'field' }>): FormPart {
  if (valueTruncated || typeof value !== 'string') throw wrong(fieldname, `expected at most ${LONGEST_FIELD} bytes`);
  return { kind: 'field', name: fieldname, value };
}

async function* bounded(bytes: AsyncIterable<Uint8Array>, allowance: { left: number; readonly of: number }) {
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    allowance.left -= chunk.byteLength;
    if (size > MOST_BYTES) throw tooLarge(MOST_BYTES, 'one recording');
    if (allowance.left < 0) throw tooLarge(allowance.of);
    yield chunk;
  }
}

/**
 * A sender that has gone, or says no more, may leave a part without end. Only waiting for it counts: what is made of it
 * in between may take longer.
 */
async function* untilGone<T>(items: AsyncIterable<T>, silenceMs: number, signal: AbortSignal): AsyncGenerator<T> {
  const source = items[Symbol.asyncIterator]();
  for (;;) {
    const next = await within(abortable(source.next(), signal), silenceMs, 'client_gone', 'It sent no more.');
    if (next.done === true) return;
    yield next.value;
  }
}

const wrong = (param: string, what: string) =>
  new ParleyError('invalid_value', `${param.slice(0, 100) || 'the form'}: ${what}.`, { param: param.slice(0, 100) });

const tooLarge = (mostBytes: number, where = 'the form') =>
  new ParleyError('upload_too_large', `More than ${mostBytes / 1_000_000} MB were sent in ${where}.`);

const shownVoice = ({ id, name, language, engine, created, seconds }: MadeVoice) => ({
  id,
  name,
  language,
  engine,
  kind: 'learnt' as const,
  created,
  seconds,
});
