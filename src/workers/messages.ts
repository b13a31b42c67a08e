/**
 * Every message of the worker wire, one union per direction. docs/workers.md has them as a table with their meaning;
 * python/parley_workers/messages.py is the twin. Fields are strict: both ends ship together, so a field that one of
 * them does not know is a mistake, not an extension.
 */
import { z } from 'zod';
import { type Frame, WireError } from './frames.js';

export const PROTOCOL = 1;
/** Exit code of a worker that refuses its settings or its parent's protocol: starting it again would not help. */
export const EXIT_SETTINGS = 42;
/** Streams at once. A worker that serves more callers than this is several workers. */
export const MAX_STREAMS = 1024;
/** Chunks that may be on their way in one direction of one stream. */
export const MAX_CREDIT = 1024;

const name = z.string().min(1).max(64);
const text = z.string().max(16_000);
const fields = z.record(z.string(), z.unknown());
const life = {
  stream: z
    .int()
    .min(0)
    .max(MAX_STREAMS - 1),
  generation: z.int().min(1),
};

const chunk = z.strictObject({ type: z.literal('chunk'), ...life, data: fields.optional() });
const end = z.strictObject({ type: z.literal('end'), ...life });
const credit = z.strictObject({ type: z.literal('credit'), ...life, chunks: z.int().min(1).max(MAX_CREDIT) });
const error = z.discriminatedUnion('fatal', [
  // Ends one stream.
  z.strictObject({
    type: z.literal('error'),
    fatal: z.undefined().optional(),
    ...life,
    code: name,
    message: text,
    retryable: z.boolean(),
  }),
  // The last words of a worker that is about to exit.
  z.strictObject({ type: z.literal('error'), fatal: z.literal(true), code: name, message: text }),
]);

const toWorkerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('hello'), protocol: z.int(), engine: name, settings: fields }),
  z.strictObject({
    type: z.literal('open'),
    ...life,
    method: name,
    params: fields,
    credit: z.int().min(1).max(MAX_CREDIT),
  }),
  chunk,
  end,
  credit,
  z.strictObject({ type: z.literal('cancel'), ...life }),
  z.strictObject({ type: z.literal('ping'), at: z.number() }),
  z.strictObject({ type: z.literal('shutdown') }),
]);

const fromWorkerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('ready'),
    protocol: z.int(),
    engine: name,
    methods: z.array(name).max(64),
    info: fields,
    warm_ms: z.number().min(0),
  }),
  chunk,
  end,
  credit,
  error,
  z.strictObject({
    type: z.literal('log'),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: text,
    fields,
  }),
  z.strictObject({ type: z.literal('stats'), values: z.record(z.string(), z.number()) }),
  z.strictObject({ type: z.literal('pong'), at: z.number() }),
]);

export type ToWorker = z.infer<typeof toWorkerSchema>;
export type FromWorker = z.infer<typeof fromWorkerSchema>;

export const parseToWorker = (frame: Frame): ToWorker => parse(toWorkerSchema, frame);
export const parseFromWorker = (frame: Frame): FromWorker => parse(fromWorkerSchema, frame);

function parse<Message extends { type: string }>(schema: z.ZodType<Message>, frame: Frame): Message {
  const parsed = schema.safeParse(frame.header);
  if (!parsed.success) {
    const type = typeof frame.header.type === 'string' ? frame.header.type.slice(0, 40) : 'no type';
    throw new WireError(`not a message of the wire (${type}): ${z.prettifyError(parsed.error)}`);
  }
  if (frame.body.byteLength > 0 && parsed.data.type !== 'chunk') {
    throw new WireError(`a message of type ${parsed.data.type} has a body; only chunks have one`);
  }
  return parsed.data;
}
