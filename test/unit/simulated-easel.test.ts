import { describe, expect, it } from 'vitest';
import { type EaselClock, simulatedEasel } from '../../src/engines/face/simulated-easel.js';

/** Time that passes only when it is told to. */
function handClock() {
  let time = 0;
  const waits: { ms: number; over: () => void }[] = [];
  const clock: EaselClock = {
    now: () => time,
    wait: (ms) => new Promise((over) => waits.push({ ms, over })),
  };
  return {
    clock,
    waits,
    async pass(late = 0) {
      const { ms, over } = waits.shift()!;
      time += ms + late;
      over();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const forever = new AbortController().signal;

describe('the simulated easel', () => {
  it('draws what waits in batches, one after another, and each picture costs the same', async () => {
    const { clock, waits, pass } = handClock();
    const easel = simulatedEasel({ pictureMs: 10, batch: 3 }, clock);
    const drawn: number[] = [];
    const orders = Array.from({ length: 5 }, (_, index) => easel.draw(forever).then(() => drawn.push(index)));
    expect(waits.map(({ ms }) => ms)).toEqual([10]);
    await pass();
    expect(drawn).toEqual([0]);
    expect(waits.map(({ ms }) => ms)).toEqual([30]);
    await pass();
    expect(drawn).toEqual([0, 1, 2, 3]);
    await pass();
    await Promise.all(orders);
    expect(drawn).toEqual([0, 1, 2, 3, 4]);
    expect(waits).toEqual([]);
  });

  it('makes up for a timer that came late', async () => {
    const { clock, waits, pass } = handClock();
    const easel = simulatedEasel({ pictureMs: 10, batch: 1 }, clock);
    const orders = [easel.draw(forever), easel.draw(forever)];
    await pass(4);
    expect(waits.map(({ ms }) => ms)).toEqual([6]);
    await pass();
    await Promise.all(orders);
  });

  it('spends nothing on whoever has gone', async () => {
    const { clock, waits, pass } = handClock();
    const easel = simulatedEasel({ pictureMs: 10, batch: 2 }, clock);
    const first = easel.draw(forever);
    const gone = new AbortController();
    const lost = easel.draw(gone.signal);
    const last = easel.draw(forever);
    gone.abort(new Error('gone'));
    await expect(lost).rejects.toThrow('gone');
    await pass();
    await first;
    expect(waits.map(({ ms }) => ms)).toEqual([10]);
    await pass();
    await last;
  });
});
