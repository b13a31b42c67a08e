/** How the vendor is asked over HTTP: the key goes to nobody else, and an answer without end is not read to its end. */
import { ParleyError } from '../../errors.js';
import { liveFetch } from '../vendors/live-fetch.js';
import { cutOff, type ErrorAnswer, SERVICE, silence, unreadable } from './elevenlabs-failure.js';
import type { ElevenLabsSettings } from './elevenlabs-settings.js';
import { jsonOf } from './elevenlabs-wire.js';

/** A fetch that follows nobody to another place, and reads so many bytes of an answer. It throws ParleyErrors for both. */
export function vendorFetch(mostBytes: number, ask = liveFetch): typeof fetch {
  return async (input, init) => {
    const response = await ask(input, { ...init, redirect: 'manual' });
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel();
      throw new ParleyError('vendor_refused', `${SERVICE} answered ${response.status}: it sends the key elsewhere.`);
    }
    if (response.body === null) return response;
    return new Response(response.body.pipeThrough(atMost(mostBytes)), response);
  };
}

function atMost(bytes: number): TransformStream<Uint8Array, Uint8Array> {
  let left = bytes;
  return new TransformStream({
    transform(chunk, controller) {
      left -= chunk.length;
      if (left < 0) controller.error(unreadable('an answer without end'));
      else controller.enqueue(chunk);
    },
  });
}

export interface VendorRequest {
  readonly method?: string;
  readonly body?: FormData;
  readonly mostBytes: number;
}

/** One answer in JSON, whatever its status. Throws a ParleyError if there is none. */
export async function vendorAnswer(
  { apiKey, baseUrl, timeoutMs }: ElevenLabsSettings,
  path: string,
  { mostBytes, ...request }: VendorRequest,
  signal: AbortSignal,
): Promise<ErrorAnswer> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    // What is made by a request must not be made twice: nobody would know of the one that got no answer.
    const ask = request.method === 'POST' ? fetch : liveFetch;
    const response = await vendorFetch(mostBytes, ask)(`${baseUrl.replace(/\/$/, '')}${path}`, {
      ...request,
      headers: { 'xi-api-key': apiKey },
      signal: AbortSignal.any([signal, late]),
    });
    const text = await response.text();
    return { status: response.status, body: jsonOf(text), retryAfter: response.headers.get('retry-after') };
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof ParleyError) throw thrown;
    throw late.aborted ? silence(timeoutMs) : cutOff(thrown, apiKey);
  }
}
