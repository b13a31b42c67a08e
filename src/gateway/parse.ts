/** A text frame off the wire as a client event, or the ParleyError that says what is wrong with it. */
import type { z } from 'zod';
import { asParleyError, ParleyError } from '../errors.js';
import { type ClientEvent, clientEventSchema, clientEventTypes } from '../protocol/client-events.js';

/** Tool schemas are the deepest thing a client sends, and rarely pass 10 levels. */
const MAX_DEPTH = 64;
/** 128 tools with 20 fields each have about 10,000 values; checking so many takes a few milliseconds. */
const MAX_VALUES = 20_000;
/** What session.update names is kept and shown again with every answer to it. Audio needs the large messages. */
const MAX_SETTINGS_CHARACTERS = 512 * 1024;
/** What an error repeats of a message; an event's own id may have as many. */
const MAX_REPEATED_CHARACTERS = 512;

export type Parsed =
  | { readonly ok: true; readonly event: ClientEvent }
  | { readonly ok: false; readonly error: ParleyError; readonly eventId: string | null };

export function parseClientEvent(text: string): Parsed {
  let value: unknown;
  try {
    value = readJson(text);
  } catch (thrown) {
    return { ok: false, error: asParleyError(thrown), eventId: null };
  }
  const eventId = repeatable(stringField(value, 'event_id'));
  const type = stringField(value, 'type');
  if (type === null) {
    const error = new ParleyError('invalid_value', 'The event has no type.', { param: 'type' });
    return { ok: false, error, eventId };
  }
  if (!clientEventTypes.has(type)) {
    const error = new ParleyError('unknown_event', `"${type.slice(0, 80)}" is not a client event.`, { param: 'type' });
    return { ok: false, error, eventId };
  }
  if (type === 'session.update' && text.length > MAX_SETTINGS_CHARACTERS) {
    const detail = `A session.update may have at most ${MAX_SETTINGS_CHARACTERS} characters.`;
    return { ok: false, error: new ParleyError('invalid_value', detail, { param: 'session' }), eventId };
  }
  const parsed = clientEventSchema.safeParse(value);
  if (parsed.success) return { ok: true, event: parsed.data };
  return { ok: false, error: firstIssue(parsed.error), eventId };
}

/** Throws for what is no JSON, or more of it than is good for anybody else. */
export function readJson(text: string): unknown {
  const shape = shapeOf(text);
  if (shape.depth > MAX_DEPTH) throw new ParleyError('json_too_deep');
  if (shape.values > MAX_VALUES) throw new ParleyError('json_too_large');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ParleyError('invalid_json', undefined, { cause });
  }
}

/**
 * How deep the text is nested and how many values it holds, as far as it matters, counted before anything is built from
 * it. Strings, base64 audio too, are leapt over.
 */
function shapeOf(text: string): { depth: number; values: number } {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length && depth <= MAX_DEPTH && values <= MAX_VALUES; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at);
    else if (code === 0x2c) values += 1;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      values += 1;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return { depth, values };
}

/** Where the string that opens at `start` closes; the end of the text if it never does. */
function endOfString(text: string, start: number): number {
  let at = start;
  for (;;) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
}

function stringField(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const field = (value as Record<string, unknown>)[name];
  return typeof field === 'string' ? field : null;
}

/** Null for an id that is none: whoever sends megabytes is not sent them back. */
function repeatable(eventId: string | null): string | null {
  return eventId === null || eventId.length > MAX_REPEATED_CHARACTERS ? null : eventId;
}

/** Of a union's many complaints, the one that got furthest into the value is about what the caller meant. */
export function firstIssue(error: z.ZodError): ParleyError {
  const issue = deepest(error.issues, []);
  const param = issue.path.join('.').slice(0, MAX_REPEATED_CHARACTERS);
  return new ParleyError('invalid_value', `${param || 'the message'}: ${issue.message}.`, { param });
}

interface Complaint {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function deepest(issues: readonly z.core.$ZodIssue[], path: readonly PropertyKey[]): Complaint {
  const found = issues.map((issue): Complaint => {
    const here = [...path, ...issue.path];
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const branches = issue.errors.map((branch) => deepest(branch, here));
      return branches.reduce((best, branch) => (branch.path.length > best.path.length ? branch : best));
    }
    return { path: here, message: issue.message };
  });
  return found.reduce((best, issue) => (issue.path.length > best.path.length ? issue : best));
}
