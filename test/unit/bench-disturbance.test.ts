import { describe, expect, it } from 'vitest';
import { disturbanceOf } from '../../src/bench/disturbance.js';
import { type ProcessorTime, parseProcessorTime, processorTime } from '../../src/bench/processor-time.js';
import type { Look } from '../../src/bench/server-watch.js';
import { type Measurements, summarise } from '../../src/bench/summary.js';
import { summaryTable } from '../../src/bench/table.js';
import { lostTurn, type TurnResult } from '../../src/bench/turn-result.js';

/** A look each second at two processors of 100 ticks a second each, of which others took so many before each look. */
function looksAt(...stolen: number[]): Look[] {
  let sum = 0;
  return stolen.map((ticks, at) => {
    sum += ticks;
    return look(at, { stolen: sum, all: 200 * at });
  });
}

function look(at: number, processors: ProcessorTime | null): Look {
  return { at, when: 1000 * at, ended: 0, usage: null, scrape: null, processors };
}

function asked(askedAt: number | null, ms: number): TurnResult {
  return { ...lostTurn(0, 0, 'Who are you?', ''), failure: null, askedAt, marks: { transcript: 300, first_pair: ms } };
}

const nothing: Measurements = { results: [], interruptions: [], costs: [], looks: [], bytes: [] };

describe('what others took of the machine', () => {
  it('is read from the first line of the kernel, all but what it counts twice', () => {
    const text = 'cpu  100 20 30 400 5 6 7 32 90 8\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
    expect(parseProcessorTime(text)).toEqual({ stolen: 32, all: 600 });
    expect(parseProcessorTime('cpu 1 2 3 4')).toBeNull();
    expect(parseProcessorTime('cpu0 1 2 3 4 5 6 7 8 9 10\n')).toBeNull();
    expect(parseProcessorTime('cpu  a b c d e f g h i j\n')).toBeNull();
    expect(parseProcessorTime('')).toBeNull();
  });

  it.runIf(process.platform === 'linux')('is read of this machine', () => {
    expect(processorTime()!.all).toBeGreaterThan(0);
  });

  it('is a share of the run, and of its worst second', () => {
    expect(disturbanceOf(looksAt(0, 0, 100, 0, 20), [])).toMatchObject({ share: 0.15, worst: 0.5 });
    expect(disturbanceOf(looksAt(0, 0, -10, 0, 0), [])).toMatchObject({ share: 0, worst: 0 });
  });

  it('is unknown where the kernel does not tell, or nobody looked twice', () => {
    expect(disturbanceOf([look(0, null), look(1, null)], [])).toBeNull();
    expect(disturbanceOf(looksAt(0), [])).toBeNull();
    expect(disturbanceOf([], [])).toBeNull();
    expect(disturbanceOf([look(0, null), ...looksAt(0, 4).slice(0, 2)], [])).toMatchObject({ share: 0.02 });
  });

  it('leaves the turns around whose end nothing was taken, however long they took', () => {
    const looks = looksAt(0, 0, 0, 0, 0, 90, 0, 0, 0, 0);
    const results = [asked(2000, 9000), asked(3500, 1), asked(4500, 1), asked(5900, 1), asked(6500, 8000)];
    const { undisturbed } = disturbanceOf(looks, results)!;
    expect(undisturbed.turns).toBe(2);
    expect(undisturbed.stages.map(({ name, of }) => [name, of.p50, of.max])).toEqual([
      ['transcript', 300, 300],
      ['first sound and its picture', 8000, 9000],
    ]);
  });

  it('takes a turn for disturbed of which nobody knows, and one that never came to its end', () => {
    const looks = looksAt(0, 0, 0, 0);
    const at = (...moments: (number | null)[]) =>
      disturbanceOf(
        looks,
        moments.map((moment) => asked(moment, 1)),
      )!.undisturbed.turns;
    expect(at(1000, 2000)).toBe(2);
    expect(at(999, 2001, null)).toBe(0);
  });

  it('stands in the table, with the turns that were not disturbed if they are not all', () => {
    const results = [asked(2000, 500), asked(5000, 900)];
    const some = summaryTable(summarise({ ...nothing, results, looks: looksAt(0, 0, 0, 0, 0, 80, 0, 0) }, 1));
    expect(some).toMatch(/others +took 5\.7 % of this machine’s processors, 40 % in the worst second; 1 of 2 turns/);
    expect(some).toMatch(/of the 1 that nobody else disturbed[^\n]*\n +transcript[^\n]*\n +first sound[^\n]* 500\.0/);
    const calm = summaryTable(summarise({ ...nothing, results, looks: looksAt(0, 0, 0, 0, 0, 0, 0, 0) }, 1));
    expect(calm).toMatch(/others +took 0\.0 %[^\n]*; 2 of 2 turns undisturbed/);
    expect(calm).not.toContain('nobody else disturbed');
    expect(summaryTable(summarise({ ...nothing, results }, 1))).not.toContain('others');
  });
});
