/** The 200 ms within which every engine ends after an abort, as this process lives through them. */
import { delay } from '../../src/flow.js';

const STEP_MS = 10;
const STEPS = 20;

const never = new AbortController().signal;

/**
 * What the promise gives, or a failure if 200 ms pass before. They are counted in steps of 10 ms, each begun when the
 * last is over: a busy machine, which lets this process wait, lengthens the steps as it lengthens all that is timed.
 */
export async function promptly<T>(promise: Promise<T>): Promise<T> {
  return Promise.race([promise, tooLate()]);
}

async function tooLate(): Promise<never> {
  for (let step = 0; step < STEPS; step += 1) await delay(STEP_MS, never);
  throw new Error(`it did not end within ${STEPS * STEP_MS} ms`);
}
