import { describe, expect, it } from 'vitest';
import { type ProcessorLook, takenOver } from '../../src/bench/calm.js';
import { disturbanceOf } from '../../src/bench/disturbance.js';
import { parseProcessorTime, processorTime } from '../../src/bench/processor-time.js';
import { isDisturbed } from '../../src/bench/report/warnings.js';
import { rampLines, summariseSteps } from '../../src/bench/steps.js';
import { type Measurements, summarise } from '../../src/bench/summary.js';
import { summaryTable } from '../../src/bench/table.js';
import { lostTurn, type TurnResult } from '../../src/bench/turn-result.js';

/** A look every 250 ms; in each second here 100 ticks of work are wanted, of which others take so many. */
function looksAt(...stolen: number[]): ProcessorLook[] {
  const looks: ProcessorLook[] = [{ when: 0, stolen: 0, worked: 0 }];
  for (const ticks of stolen) {
    for (let quarter = 0; quarter < 4; quarter += 1) {
      const last = looks.at(-1)!;
      const [more, worked] = [last.stolen + ticks / 4, last.worked + (100 - ticks) / 4];
      looks.push({ when: last.when + 250, stolen: more, worked });
    }
  }
  return looks;
}

function asked(askedAt: number | null, ms: number, step = 0): TurnResult {
  const turn = lostTurn(0, 0, 'Who are you?', '', step);
  return { ...turn, failure: null, askedAt, marks: { transcript: 300, first_pair: ms } };
}

const nothing: Measurements = { results: [], interruptions: [], costs: [], looks: [], processors: [], bytes: [] };

describe('what others took of the machine', () => {
  it('is read from the first line of the kernel: neither what was idle nor what it counts twice', () => {
    const text = 'cpu  100 20 30 400 5 6 7 32 90 8\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
    expect(parseProcessorTime(text)).toEqual({ stolen: 32, worked: 163 });
    expect(parseProcessorTime('cpu 1 2 3 4')).toBeNull();
    expect(parseProcessorTime('cpu0 1 2 3 4 5 6 7 8 9 10\n')).toBeNull();
    expect(parseProcessorTime('cpu  a b c d e f g h i j\n')).toBeNull();
    expect(parseProcessorTime('')).toBeNull();
  });

  it.runIf(process.platform === 'linux')('is read of this machine', () => {
    expect(processorTime()!.worked).toBeGreaterThan(0);
  });

  it('is a share of what was wanted, over the run and in its worst second', () => {
    expect(takenOver(looksAt(0, 50, 0, 10))).toEqual({ share: 0.15, worst: 0.5 });
    const backwards = looksAt(0, 0).map((look, at) => (at === 8 ? { ...look, stolen: -1 } : look));
    expect(takenOver(backwards)).toEqual({ share: 0, worst: 0 });
    const idle = [0, 2000].map((when) => ({ when, stolen: 0, worked: 0 }));
    expect(takenOver(idle)).toEqual({ share: 0, worst: 0 });
  });

  it('has its worst second wherever that begins', () => {
    const looks = looksAt(0, 0, 0, 0).map((look) => ({
      ...look,
      stolen: Math.min(80, Math.max(0, look.when - 1500) / 12.5),
    }));
    expect(takenOver(looks)!.worst).toBeCloseTo(0.44, 1);
    expect(takenOver(looks.filter(({ when }) => when <= 500))).toEqual({ share: 0, worst: 0 });
  });

  it('is nothing where next to nothing was wanted', () => {
    const looks = [0, 1000, 2000].map((when) => ({ when, stolen: when / 500, worked: when / 500 }));
    expect(takenOver(looks)).toEqual({ share: 0, worst: 0 });
  });

  it('makes no second of two looks that are hardly apart', () => {
    const looks = looksAt(0, 0);
    const soon = { when: 2010, stolen: 1, worked: looks.at(-1)!.worked + 1 };
    expect(takenOver([...looks, soon])!.worst).toBeLessThan(0.01);
  });

  it('is unknown where the kernel does not tell, or nobody looked twice', () => {
    expect(takenOver([])).toBeNull();
    expect(takenOver(looksAt())).toBeNull();
    expect(disturbanceOf([], [asked(0, 1)])).toBeNull();
  });

  it('leaves the turns around whose end hardly anything was taken, however long they took', () => {
    const looks = looksAt(0, 0, 0, 0, 90, 0, 0, 0, 10, 10);
    const results = [asked(2000, 9000), asked(4000, 1), asked(4500, 1), asked(5000, 1), asked(6500, 8000)];
    const { undisturbed } = disturbanceOf(looks, [...results, asked(9000, 7000)])!;
    expect(undisturbed.turns).toBe(3);
    expect(undisturbed.stages.map(({ name, of }) => [name, of.p50, of.max])).toEqual([
      ['transcript', 300, 300],
      ['first sound and its picture', 8000, 9000],
    ]);
  });

  it('knows what was at the edges of the run, and of nothing beyond', () => {
    const calm = (...moments: (number | null)[]) => {
      const results = moments.map((moment) => asked(moment, 1));
      return disturbanceOf(looksAt(0, 0, 0), results)!.undisturbed.turns;
    };
    expect(calm(0, 500, 3000)).toBe(3);
    expect(calm(-1, 3001, null)).toBe(0);
  });

  it('stands in the table, with the turns that were hardly disturbed if they are not all', () => {
    const results = [asked(2000, 500), asked(5000, 900)];
    const some = summaryTable(summarise({ ...nothing, results, processors: looksAt(0, 0, 0, 0, 80, 0) }, 1));
    expect(some).toMatch(
      /others +took 13 % of what this machine wanted to run, 80 % in the worst second; 1 of 2 turns/,
    );
    expect(some).toMatch(/of the 1 that others hardly disturbed[^\n]*\n +transcript[^\n]*\n +first sound[^\n]* 500\.0/);
    const calm = summaryTable(summarise({ ...nothing, results, processors: looksAt(0, 0, 0, 0, 0, 0) }, 1));
    expect(calm).toMatch(/others +took 0\.0 %[^\n]*; 2 of 2 turns hardly disturbed/);
    expect(calm).not.toContain('others hardly');
    expect(summaryTable(summarise({ ...nothing, results }, 1))).not.toContain('others');
  });

  it('is not blamed for turns that never were', () => {
    const results = [asked(1000, 500), asked(null, 1), asked(null, 1)];
    const summary = summarise({ ...nothing, results, processors: looksAt(0, 0, 0) }, 1);
    expect(summaryTable(summary)).toMatch(/others +took 0\.0 %[^\n]*; 1 of 1 turns hardly disturbed/);
    expect(summaryTable(summary)).not.toContain('others hardly');
    expect(isDisturbed(summary)).toBe(false);
    expect(isDisturbed(summarise({ ...nothing, results, processors: looksAt(50, 50, 0) }, 1))).toBe(true);
    const few = summarise({ ...nothing, results, processors: looksAt(60, 60, ...Array(50).fill(0)) }, 1);
    expect(few.disturbance!.share).toBeLessThan(0.1);
    expect(isDisturbed(few)).toBe(true);
  });

  it('stands beside the step of a ramp that it has slowed', () => {
    const processors = looksAt(0, 0, 0, 80, 80, 80, 80, 80, 80, 80);
    const look = (at: number) => ({ at, when: 1000 * at, ended: 0, usage: null, scrape: null });
    const measured = { ...nothing, results: [asked(1000, 500), asked(9000, 600, 1)], processors };
    const lines = rampLines(summariseSteps(measured, [1, 2], [look(0), look(3), look(10)]));
    expect(lines).toMatch(/1 caller +p50 500 ms, p95 500 ms, 0 failed\n/);
    expect(lines).toMatch(/2 callers +p50 600 ms, p95 600 ms, 0 failed, others took 80 %\n/);
  });
});
