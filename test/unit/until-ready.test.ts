import { expect, it } from 'vitest';
import type { Engine } from '../../src/engines/contract.js';
import { deathsOf, untilReady } from '../../src/engines/resilience/until-ready.js';
import { ParleyError } from '../../src/errors.js';

const never = new AbortController().signal;

/** Whose process is each time it is looked at as the next of these says; the last one stays. */
function dying(...states: string[]): Engine<unknown> & { readonly looks: () => number } {
  let looks = 0;
  return {
    name: 'kokoro',
    looks: () => looks,
    readAhead: 1,
    health: () => ({ down: states[Math.min(looks++, states.length - 1)]! }),
    ready: (signal: AbortSignal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
    close: async () => {},
  } as unknown as Engine<unknown> & { readonly looks: () => number };
}

it('counts deaths, also one behind which nobody saw it rest', () => {
  const states = [
    ['starting', 0],
    ['starting', 0],
    ['starting again (exited with code 1)', 1],
    ['starting again (exited with code 1)', 1],
    ['exited with code 1', 2],
    ['exited with code 1', 2],
    ['starting again (exited with code 1)', 2],
    ['exited with code 1', 3],
  ] as const;
  const deaths = deathsOf(dying(...states.map(([state]) => state)));
  for (const [state, count] of states) expect([state, deaths()]).toEqual([state, count]);
  const seen = deathsOf(dying('starting', 'exited with code 1', 'starting again (exited with code 1)'));
  expect([seen(), seen(), seen()]).toEqual([0, 1, 1]);
});

it('ends the wait for a process that dies again and again, with what it dies of', async () => {
  const why = 'exited with code 1';
  const engine = dying('starting', why, `starting again (${why})`, why, `starting again (${why})`, why);
  await expect(untilReady(engine, never, 3)).rejects.toMatchObject({ code: 'worker_unavailable', message: why });
  // Two deaths are borne.
  expect(engine.looks()).toBeGreaterThanOrEqual(6);
});

it('passes on what an engine was refused for, and waits for nobody who needs no time', async () => {
  const refused = new ParleyError('worker_settings', 'kokoro: KOKORO_VOICE: there is no voice');
  const engine = { ...dying(refused.message), ready: () => Promise.reject(refused) };
  await expect(untilReady(engine, never, 3)).rejects.toBe(refused);
  const { ready: _, ...plain } = dying('starting');
  await untilReady(plain, never, 1);
});

it('ends when its caller leaves', async () => {
  const leaving = new AbortController();
  const waiting = untilReady(dying('starting'), leaving.signal, 1);
  leaving.abort(new ParleyError('deadline', 'It took too long.'));
  await expect(waiting).rejects.toMatchObject({ code: 'deadline' });
});
