/** Reads what a request carries: bytes within the vendor's limit, JSON, or a form. */
import type { IncomingMessage } from 'node:http';
import { invalid, MOST_BYTES, tooLarge, wrongContentType } from './refusals.js';

/** A form as a request is checked: `include[]` is a list, whatever comes once is text or a file. */
export type Form = Readonly<Record<string, string | File | readonly (string | File)[]>>;

/** What is too much is read to its end all the same, and forgotten: a client that still writes hears no answer. */
export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= MOST_BYTES) parts.push(part);
    else parts.length = 0;
  }
  if (length > MOST_BYTES) throw tooLarge(length);
  return Buffer.concat(parts);
}

export function readJson(bytes: Buffer, type: string | undefined): unknown {
  if (mediaType(type) !== 'application/json') throw wrongContentType(type, 'application/json');
  const body = parsed(bytes);
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw invalid('We could not parse the JSON body of your request: it is no JSON object.');
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

export async function readForm(bytes: Buffer, type: string | undefined): Promise<Form> {
  if (mediaType(type) !== 'multipart/form-data') throw wrongContentType(type, 'multipart/form-data');
  const data = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type! } })
    .formData()
    .catch(() => {
      throw invalid('The form of your request could not be read.');
    });
  const form: Record<string, string | File | (string | File)[]> = {};
  for (const name of new Set(data.keys())) {
    const values = data.getAll(name);
    if (name.endsWith('[]')) form[name.slice(0, -2)] = values;
    else form[name] = values.at(-1)!;
  }
  return form;
}

/** As it is kept: of a file its name and size. */
export function shownForm(form: Form): object {
  const shown = (value: string | File) =>
    typeof value === 'string' ? value : { name: value.name, size: value.size, type: value.type };
  return Object.fromEntries(
    Object.entries(form).map(([name, value]) => [
      name,
      typeof value === 'object' && !(value instanceof File) ? value.map(shown) : shown(value as string | File),
    ]),
  );
}

const mediaType = (header = '') => header.split(';')[0]!.trim().toLowerCase();
