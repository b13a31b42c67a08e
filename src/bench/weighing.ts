/** Counts what the sessions of a run leave in the server's heap: at rest, before the first and behind the last. */
import { setTimeout as wait } from 'node:timers/promises';
import { asParleyError } from '../errors.js';
import type { Census } from './heap-census.js';
import { type Leftovers, leftoversOf } from './leftovers.js';
import type { Measured } from './measuring.js';

interface Weighing {
  /** What is made once, and stays, is there when these turns are over. */
  warmUp(): Promise<unknown>;
  measure(): Promise<Measured>;
  count(): Promise<Census>;
  /** How long nobody calls behind the first count. */
  readonly restMs: number;
}

export interface Weighed {
  readonly measured: Measured;
  /** Null: nobody has counted them. */
  readonly leftovers: Leftovers | null;
}

export async function measureAndWeigh(weighing: Weighing, signal: AbortSignal): Promise<Weighed> {
  await weighing.warmUp();
  signal.throwIfAborted();
  const before = await weighing.count();
  await wait(weighing.restMs, undefined, { signal });
  const measured = await weighing.measure();
  const sessions = measured.bytes.length;
  if (measured.isStopped || sessions === 0) return { measured, leftovers: null };
  try {
    return { measured, leftovers: leftoversOf(before, await weighing.count(), sessions) };
  } catch (thrown) {
    // What has been measured must not be lost with it.
    if (signal.aborted) return { measured: { ...measured, isStopped: true }, leftovers: null };
    process.stderr.write(`What lies in the server's heap could not be counted: ${asParleyError(thrown).message}\n`);
    return { measured, leftovers: null };
  }
}
