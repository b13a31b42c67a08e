import { describe, expect, it } from 'vitest';
import { capacityOf } from '../../src/bench/capacity.js';
import type { Interruption } from '../../src/bench/interruption-result.js';
import type { Step } from '../../src/bench/run-file.js';
import type { Look } from '../../src/bench/server-watch.js';
import { rampLines, summariseSteps } from '../../src/bench/steps.js';
import type { Measurements } from '../../src/bench/summary.js';
import { lostTurn, type TurnResult } from '../../src/bench/turn-result.js';

const turn = (step: number, ms: number, failure: string | null = null): TurnResult => ({
  ...lostTurn(0, 0, 'Who are you?', '', step),
  failure,
  marks: { first_sound: ms - 10, first_pair: ms },
});

const look = (at: number, cpuSeconds: number): Look => ({
  at,
  when: 1000 * at,
  ended: 0,
  usage: { cpuSeconds, megabytes: 100 },
  scrape: null,
});

const measured = (results: readonly TurnResult[], looks: readonly Look[] = []): Measurements => ({
  results,
  interruptions: [],
  costs: [0, 1, 2].map((step) => ({ process: 0, step, cost: { cpuSeconds: step, seconds: 10, late: [] } })),
  looks,
  processors: [],
  bytes: [],
});

const heldWith = (steps: readonly Step[]) => capacityOf(steps).heldAt;

const stepsOf = (...results: readonly TurnResult[]) => summariseSteps(measured(results), [1, 2, 4], []);

describe('a ramp', () => {
  it('is summed up step by step, with what each cost', () => {
    const seen = [look(0, 0), look(10, 1), look(20, 5), look(30, 14)];
    const between = [seen[0]!, look(5, 0.5), seen[1]!, look(15, 3), seen[2]!, seen[3]!];
    const results = [turn(0, 500), turn(1, 510), turn(1, 520), turn(2, 530)];
    const steps = summariseSteps(measured(results, between), [1, 2, 4], seen);
    expect(steps.map(({ callers, summary }) => [callers, summary.turns.asked, summary.server?.cores])).toEqual([
      [1, 1, 0.1],
      [2, 2, 0.4],
      [4, 1, 0.9],
    ]);
    expect(steps.map(({ summary }) => summary.load.cores)).toEqual([0, 0.1, 0.2]);
  });

  it('holds as long as nothing fails and 95 of 100 wait at most 100 ms longer than at first', () => {
    expect(heldWith(stepsOf(turn(0, 500), turn(1, 600), turn(2, 550)))).toBe(4);
    expect(heldWith(stepsOf(turn(0, 500), turn(1, 600), turn(2, 601)))).toBe(2);
    // That a later step is well again says nothing of the one that was not.
    expect(heldWith(stepsOf(turn(0, 500), turn(1, 700), turn(2, 500)))).toBe(1);
    expect(heldWith(stepsOf(turn(0, 500), turn(1, 500, 'no answer'), turn(2, 500)))).toBe(1);
    expect(heldWith(stepsOf(turn(0, 500, 'no answer'), turn(1, 500), turn(2, 500)))).toBeNull();
    expect(heldWith(stepsOf())).toBeNull();
  });

  const seen = (step: number, marks: TurnResult['marks']) => ({ ...turn(step, 500), marks });

  it('does not hold where a face gives up, wholly or for one turn', () => {
    const faceless = (step: number) => seen(step, { first_sound: 490 });
    expect(heldWith(stepsOf(turn(0, 500), faceless(1), turn(2, 500)))).toBe(1);
    expect(heldWith(stepsOf(turn(0, 500), turn(1, 500), turn(1, 500), faceless(1), turn(2, 500)))).toBe(1);
    expect(rampLines(stepsOf(turn(0, 500), faceless(1), turn(2, 500)))).toMatch(/2 callers +p50 never/);
    const none = [faceless(0), faceless(1), faceless(2)];
    expect(heldWith(stepsOf(...none))).toBe(4);
    expect(rampLines(stepsOf(...none))).toMatch(/to the first sound:\n.*p50 490 ms/);
    expect(heldWith(stepsOf(...none, seen(1, {})))).toBe(1);
  });

  it.each(['question', 'noise'] as const)('does not hold where a %s over an answer has failed', (kind) => {
    const interruption = (step: number, failure: string | null): Interruption => ({
      ...{ caller: 0, turn: 0, step, kind, heard: 'cough', atMs: 4000, outcome: 'held', stillMs: null, cutOffMs: null },
      ...{ heldMs: 500, movedSamples: 0, staleFrames: 0, historyMs: null, answer: null, failure },
    });
    const turns = [turn(0, 500), turn(1, 500), turn(2, 500)];
    const over = (failure: string | null) => ({
      ...measured(turns),
      interruptions: [interruption(0, null), interruption(1, failure)],
    });
    expect(heldWith(summariseSteps(over(null), [1, 2, 4], []))).toBe(4);
    const steps = summariseSteps(over('it stopped for good'), [1, 2, 4], []);
    expect([heldWith(steps), rampLines(steps)]).toEqual([1, expect.stringMatching(/2 callers .* 1 failed/)]);
  });

  it('says in the end with how many callers it held last', () => {
    expect(rampLines(stepsOf(turn(0, 500), turn(1, 600), turn(2, 650)))).toMatch(
      / 1 caller +p50 500 ms, p95 500 ms, 0 failed[\s\S]*It held last with 2 callers: /,
    );
    expect(rampLines(stepsOf(turn(0, 500), turn(1, 500), turn(2, 500)))).toMatch(/held with 4 callers, the most/);
    expect(rampLines(stepsOf())).toMatch(/p50 never[\s\S]*did not hold with any number/);
  });
});
