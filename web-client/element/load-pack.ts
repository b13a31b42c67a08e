/** The avatar's pack, fetched once. */
import { config } from 'zod';
import { decodePack, MAX_PACK_BYTES, type Pack } from '../../src/protocol/pack.js';

// Without this zod tries `new Function`, which a content security policy reports as a violation.
config({ jitless: true });

export async function loadPack(url: string, bytes: number, signal: AbortSignal): Promise<Pack> {
  if (bytes > MAX_PACK_BYTES) throw new Error(`the pack has ${bytes} bytes; at most ${MAX_PACK_BYTES}`);
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return decodePack(new Uint8Array(await response.arrayBuffer()));
}
