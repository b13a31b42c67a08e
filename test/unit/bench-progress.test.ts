import { describe, expect, it } from 'vitest';
import { clock, type Progress, progressLine, progressShown } from '../../src/bench/progress.js';

const progress = (fields: Partial<Progress> = {}): Progress => ({
  done: 5,
  asked: 20,
  failed: 1,
  p50: 431.6,
  callers: 4,
  seconds: 30,
  expectedSeconds: 120,
  ...fields,
});

describe('how far a run is', () => {
  it('is a bar, and what there is to say so far', () => {
    expect(progressLine(progress())).toBe(
      '  [#####...............] 5 of 20 turns, 1 failed, p50 432 ms, 4 callers, 0:30 of 2:00',
    );
    expect(progressLine(progress({ done: 0, p50: null, expectedSeconds: null, callers: 1 }))).toBe(
      '  [....................] 0 of 20 turns, 1 failed, 1 caller, 0:30',
    );
  });

  it('goes by the clock where nobody knows how many turns there will be', () => {
    expect(progressLine(progress({ asked: null, seconds: 3600, expectedSeconds: 7200 }))).toBe(
      '  [##########..........] 5 turns, 1 failed, p50 432 ms, 4 callers, 1:00:00 of 2:00:00',
    );
    expect(clock(65.4)).toBe('1:05');
  });

  const shown = (isTTY: boolean, columns = 120) => {
    const written: string[] = [];
    return { written, ...progressShown({ isTTY, columns, write: (text) => written.push(text) }) };
  };

  it('is written over itself on a terminal', () => {
    const { written, show, end } = shown(true);
    show(progress({ failed: 100 }));
    show(progress({ failed: 1 }));
    end();
    expect(written[1]).toHaveLength(written[0]!.length);
    expect(written.map((text) => text[0])).toEqual(['\r', '\r', '\n']);
  });

  it('is never wider than the terminal, where it could not be written over', () => {
    const { written, show } = shown(true, 40);
    show(progress());
    expect(written[0]).toMatch(/^\r {2}\[/);
    expect(written[0]!.length - 1).toBeLessThan(40);
  });

  it('is a line for every tenth anywhere else', () => {
    const { written, show } = shown(false);
    for (let done = 0; done <= 40; done += 1) show(progress({ done, asked: 40 }));
    expect(written).toHaveLength(10);
    expect(written.map((text) => /\] (\d+) of/.exec(text)?.[1])).toEqual(
      [4, 8, 12, 16, 20, 24, 28, 32, 36, 40].map(String),
    );
    show(progress({ done: 40, asked: 40 }));
    expect(written).toHaveLength(10);
  });
});
