/** Faults as they are written on the command line, and as they are posted. */
import { z } from 'zod';
import type { Fault } from './vendors/faults.js';

/** Each belongs to one vendor, so that its name says which. */
export const ENDPOINTS = ['models', 'chat', 'transcriptions', 'voices', 'cloning', 'speech', 'socket'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

export interface PlannedFault {
  readonly endpoint: Endpoint;
  readonly fault: Fault;
  readonly times: number;
}

const after = z.int().min(0).max(1_000_000);

const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(400).max(599),
    reason: z.string().regex(/^\w+$/).exactOptional(),
    // As the header has it, where it may be a date, too.
    retryAfter: z
      .string()
      .regex(/^[\x20-\x7e]{1,64}$/)
      .exactOptional(),
  }),
  z.strictObject({ kind: z.literal('stall'), after }),
  z.strictObject({ kind: z.literal('cut'), after }),
  z.strictObject({ kind: z.literal('drip'), everyMs: z.number().min(0).max(600_000) }),
  z.strictObject({ kind: z.literal('garbage'), after }),
  z.strictObject({ kind: z.literal('half_open') }),
]);

const plannedSchema = z.strictObject({
  endpoint: z.enum(ENDPOINTS),
  fault: faultSchema,
  times: z.int().min(1).max(1_000_000).default(1),
});

const clearSchema = z.strictObject({ clear: z.literal(true) });

export type Command = { readonly clear: true } | PlannedFault;

/** What was posted, or a sentence about what is wrong with it. */
export function readCommand(value: unknown): Command | string {
  const isClear = typeof value === 'object' && value !== null && 'clear' in value;
  return isClear ? checked(clearSchema, value) : checked(plannedSchema, value);
}

/** `chat=stall:5`, `chat=429:rate_limit_exceeded:2s*3`; or a sentence about what is wrong with it. */
export function readFault(text: string): PlannedFault | string {
  const [, endpoint, written, times] = /^(\w+)=([^*]+)(?:\*(\d+))?$/.exec(text) ?? [];
  if (written === undefined) return 'a fault is written ENDPOINT=FAULT or ENDPOINT=FAULT*TIMES.';
  const fault = faultFrom(written.split(':'));
  if (fault === null) return `${written} is no fault.`;
  return checked(plannedSchema, { endpoint, fault, ...(times === undefined ? {} : { times: Number(times) }) });
}

function faultFrom([word = '', ...details]: readonly string[]): object | null {
  if (/^\d{3}$/.test(word)) return statusFrom(Number(word), details);
  if (word === 'half_open' && details.length === 0) return { kind: word };
  const [count] = details;
  if (details.length !== 1 || !/^\d+$/.test(count!)) return null;
  if (word === 'drip') return { kind: word, everyMs: Number(count) };
  return ['stall', 'cut', 'garbage'].includes(word) ? { kind: word, after: Number(count) } : null;
}

/** Behind the status its reason, its Retry-After, both in this order, or neither. */
function statusFrom(status: number, details: readonly string[]): object | null {
  const [, reason, seconds] = /^(?:([a-z_]+))?:?(?:(\d+)s)?$/.exec(details.join(':')) ?? [];
  if (details.length > [reason, seconds].filter((detail) => detail !== undefined).length) return null;
  return {
    kind: 'status',
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(seconds === undefined ? {} : { retryAfter: seconds }),
  };
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T | string {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const { path, message } = error.issues[0]!;
  return path.length === 0 ? `${message}.` : `${path.join('.')}: ${message}.`;
}
