/** When a worker has grown so much that it is started afresh: the memory of some models only ever grows. */

export interface Recycling {
  /** By so much more than it had when it was ready ... */
  readonly grownBytes: number;
  /** ... and nobody has wanted anything of it for so long. */
  readonly idleMs: number;
}

/** For models: what they take for a long sentence they mostly keep, and that is no leak. */
export const GROWN_MODEL: Recycling = { grownBytes: 1.5 * 1024 ** 3, idleMs: 30_000 };

/** How much a worker is used, and has grown. */
export interface Use {
  streams: number;
  idleSince: number;
  /** When it was ready; null: it has not told yet. */
  firstBytes: number | null;
  /** It ends because it was asked to, and is started again at once. */
  recycled: boolean;
}

export const newUse = (): Use => ({ streams: 0, idleSince: 0, firstBytes: null, recycled: false });

/** A new life begins. */
export function begin(use: Use, now: number): void {
  use.idleSince = now;
  use.firstBytes = null;
}

/** `bytes`: as the worker has just told; its first number of a life is what it needs anyway. */
export function hasGrown(recycling: Recycling | null, use: Use, bytes: number | undefined, now: number): boolean {
  if (recycling === null || bytes === undefined || use.recycled) return false;
  use.firstBytes ??= bytes;
  const isIdle = use.streams === 0 && now - use.idleSince >= recycling.idleMs;
  return isIdle && bytes - use.firstBytes >= recycling.grownBytes;
}
