/** The avatar's pack: asked for until it is there, because without it there is no face for as long as the page is open. */
import { config } from 'zod';
import { decodePack, MAX_PACK_BYTES, type Pack } from '../../src/protocol/pack.js';
import type { AvatarEvent } from '../../src/protocol/server-events.js';
import { resourceAddress } from './address.js';
import { waitBefore } from './reconnect.js';

// Without this zod tries `new Function`, which a content security policy reports as a violation.
config({ jitless: true });

/** `onFailure` is told the first failure of the way. Rejects if the pack itself is not one: the next would be the same. */
async function loadPack(
  url: string,
  bytes: number,
  onFailure: (error: unknown) => void,
  signal: AbortSignal,
): Promise<Pack> {
  if (bytes > MAX_PACK_BYTES) throw new Error(`the pack has ${bytes} bytes; at most ${MAX_PACK_BYTES}`);
  return decodePack(await fetchAtLast(url, onFailure, signal));
}

export interface PackHooks {
  onPack(pack: Pack): void;
  /** Another avatar is announced than the one that was shown. */
  onOther(): void;
  onProblem(problem: { readonly code: string; readonly message: string }): void;
}

type PackAddress = Extract<AvatarEvent, { type: 'avatar.announced' }>['avatar']['pack'];

/** Loads the pack of each announcement; a new one ends the wait for the one before. */
export function packLoader(
  server: string,
  hooks: PackHooks,
  signal: AbortSignal,
): (pack: PackAddress) => Promise<void> {
  let shown: string | undefined;
  let loading = new AbortController();

  function onFailure(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    hooks.onProblem({ code: 'pack_failed', message: `The picture of the avatar could not be loaded: ${why}.` });
  }

  return async ({ url, bytes, sha256 }) => {
    loading.abort();
    loading = new AbortController();
    if (sha256 === shown) return;
    if (shown !== undefined) hooks.onOther();
    shown = undefined;
    const ended = AbortSignal.any([signal, loading.signal]);
    try {
      const pack = await loadPack(resourceAddress(url, server), bytes, onFailure, ended);
      shown = sha256;
      hooks.onPack(pack);
    } catch (error) {
      if (!ended.aborted) onFailure(error);
    }
  };
}

async function fetchAtLast(url: string, onFailure: (error: unknown) => void, signal: AbortSignal): Promise<Uint8Array> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const response = await fetch(url, { signal });
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    } catch (error) {
      signal.throwIfAborted();
      if (attempt === 0) onFailure(error);
    }
    await pause(waitBefore(attempt, Math.random()), signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
