/** What the bench makes of clicks and flashes; the browser that sees them is in test/browser/skew.test.ts. */
import { describe, expect, it } from 'vitest';
import { FRAME_SAMPLES, HEARING_RATE, SPEECH_RATE } from '../../src/audio/pcm.js';
import { resampler } from '../../src/audio/resample.js';
import { readOptions } from '../../src/bench/options.js';
import { seededRandom } from '../../src/bench/random.js';
import { clickFrames, clickingFrame, isClick } from '../../src/bench/skew/clicks.js';
import { readSkewOptions } from '../../src/bench/skew/options.js';
import { flashes, heardAt, pairUp } from '../../src/bench/skew/pairing.js';
import type { Refresh, Seen } from '../../src/bench/skew/probe.js';
import { skewOf } from '../../src/bench/skew/result.js';
import { skewTable } from '../../src/bench/skew/table.js';

const REFRESH_MS = 1000 / 60;
const nothingTold = { shown: 0, late: 0, missing: 0, underruns: 0, skew: { p50: 0, p99: 0 } };

/** Milliseconds at which an answer of so many seconds clicks. */
const row = (seconds: number, seed = 3) => clickFrames(25 * seconds, seededRandom(seed)).map((frame) => frame * 40);

/**
 * What a page sees of clicks whose flashes are due `lag` later: they are seen at the first refresh from then on. Its sound's
 * clock began 5 s after the page's own, and is told up to 10 ms late now and then.
 */
function seenOf(clicks: readonly number[], lag: number, dark: readonly number[] = []): Seen {
  const until = (clicks.at(-1) ?? 0) + 1000;
  const refreshes = Array.from({ length: Math.ceil(until / REFRESH_MS) }, (_, index): Refresh => {
    const at = 5000 + index * REFRESH_MS;
    const lit = clicks.some((click) => {
      const since = at - 5000 - click - lag;
      return !dark.includes(click) && since >= 0 && since < 40;
    });
    const late = index % 3 === 0 ? 10 : 0;
    return {
      at,
      light: lit ? 255 : 20,
      drawnAt: at - 15,
      output: { contextTime: at - 5000, performanceTime: at + late },
    };
  });
  return { origin: 0, refreshes, clicks, latency: { base: 10, output: 32 } };
}

describe('the clicks', () => {
  it('come at distances of which none says where in the row it is', () => {
    const frames = clickFrames(2000, seededRandom(1));
    const steps = frames.slice(1).map((frame, index) => frame - frames[index]!);
    expect(Math.min(...steps)).toBe(6);
    expect(Math.max(...steps)).toBe(11);
    expect(new Set(steps).size).toBe(6);
    expect(frames[0]).toBeGreaterThan(4);
    expect(frames.at(-1)).toBeLessThan(1999);
    expect(clickFrames(2000, seededRandom(1))).toEqual(frames);
    expect(clickFrames(2000, seededRandom(2))).not.toEqual(frames);
  });

  it('are loud from the first sample of their frame, and known by a face that hears at another rate', () => {
    expect(Math.abs(clickingFrame(true)[0]!)).toBeGreaterThan(20_000);
    const toHearing = resampler(SPEECH_RATE, HEARING_RATE);
    const spoken = Array.from({ length: 12 }, (_, frame) => clickingFrame(frame === 7));
    const heard = new Int16Array([...spoken.flatMap((samples) => [...toHearing.push(samples)]), ...toHearing.flush()]);
    const frame = (FRAME_SAMPLES * HEARING_RATE) / SPEECH_RATE;
    const found = spoken.map((_, index) => isClick(heard.subarray(index * frame, (index + 1) * frame)));
    expect(found.indexOf(true)).toBe(7);
    expect(found.filter(Boolean)).toHaveLength(1);
  });
});

describe('a click', () => {
  const refreshes = seenOf(row(10), 0).refreshes;

  it('is heard when the sound’s clock says so, whatever single notes of it say', () => {
    expect(heardAt(4000, refreshes)).toBeCloseTo(9000, 6);
  });

  it('is heard nobody knows when if nothing was noted around it', () => {
    expect(heardAt(60_000, refreshes)).toBeNull();
    expect(heardAt(4000, [{ at: 9000, light: 0, drawnAt: 8990, output: null }])).toBeNull();
  });
});

describe('flashes', () => {
  const lights = (...light: number[]): Refresh[] =>
    light.map((each, at) => ({ at, light: each, drawnAt: at - 1, output: null }));

  it('are where the light comes on, and not where it stays or goes', () => {
    expect(flashes(lights(10, 20, 250, 255, 255, 30, 0, 128, 255), 1)).toEqual([2, 7]);
  });

  it('are none of what was lit before anybody looked', () => {
    expect(flashes(lights(255, 255, 10, 255), 1)).toEqual([3]);
  });

  it('are not seen before they are drawn', () => {
    const [dark, lit] = lights(10, 255) as [Refresh, Refresh];
    expect(flashes([dark, { ...lit, at: 100, drawnAt: 90 }], 16)).toEqual([100]);
    expect(flashes([dark, { ...lit, at: 100, drawnAt: 101 }], 16)).toEqual([116]);
    expect(flashes([dark, { ...lit, at: 100, drawnAt: 117 }], 16)).toEqual([132]);
  });
});

describe('clicks and flashes', () => {
  it.each([0, 12, -25, 180, -260, 700])('are paired when the picture is %s ms behind', (lag) => {
    const clicks = row(20);
    const { pairs, lost } = pairUp(
      clicks,
      clicks.map((click, index) => click + lag + (index % 3) * 8),
    );
    expect(lost).toEqual({ clicks: 0, flashes: 0 });
    expect(pairs.map(({ heardAt: at }) => at)).toEqual(clicks);
    expect(pairs.map(({ skew }) => skew)).toEqual(clicks.map((_, index) => lag + (index % 3) * 8));
  });

  it('that are missing cost only their own pair', () => {
    const clicks = row(20);
    const seen = clicks.filter((_, index) => index !== 4 && index !== 11).map((click) => click + 30);
    const { pairs, lost } = pairUp(
      clicks.filter((_, index) => index !== 7),
      [...seen, 15_000_000],
    );
    expect(lost).toEqual({ clicks: 2, flashes: 2 });
    expect(pairs).toHaveLength(clicks.length - 3);
    for (const { skew } of pairs) expect(skew).toBe(30);
  });

  it('are no pairs without each other', () => {
    expect(pairUp(row(5), [])).toEqual({ pairs: [], lost: { clicks: row(5).length, flashes: 0 } });
    expect(pairUp([], [100])).toEqual({ pairs: [], lost: { clicks: 0, flashes: 1 } });
  });
});

describe('a run', () => {
  const clicks = row(30);

  it('is summed up over all answers, with its sign and without', () => {
    const early = seenOf(clicks, -30);
    const late = seenOf(clicks, 10);
    const { pairs, lost, skew, apart, refresh, latency } = skewOf({
      answers: [early, late],
      spoken: 2 * clicks.length,
      element: nothingTold,
      looks: [],
    });
    expect(pairs).toBe(2 * clicks.length);
    expect(lost).toEqual({ clicks: 0, flashes: 0 });
    // A flash is seen at the first refresh from when it is due: up to 16.7 ms later.
    expect(skew!.min).toBeGreaterThanOrEqual(-30);
    expect(skew!.min).toBeLessThan(-13);
    expect(skew!.max).toBeGreaterThan(10);
    expect(skew!.max).toBeLessThan(26.8);
    expect(apart!.max).toBeLessThanOrEqual(30);
    expect(apart!.p50).toBeGreaterThan(0);
    expect(refresh.ms).toBeCloseTo(16.7, 1);
    expect(refresh.missed).toBe(0);
    expect(latency).toEqual({ base: 10, output: 32 });
  });

  it('says what it has lost: flashes that were never drawn, and clicks that never sounded', () => {
    const { pairs, lost } = skewOf({
      answers: [seenOf(clicks, 0, clicks.slice(3, 5))],
      spoken: clicks.length + 4,
      element: nothingTold,
      looks: [],
    });
    expect(pairs).toBe(clicks.length - 2);
    expect(lost).toEqual({ clicks: 6, flashes: 0 });
  });

  it('says for how many refreshes the page was too late', () => {
    const seen = seenOf(clicks, 0);
    const refreshes = seen.refreshes.filter((_, at) => at % 10 !== 5);
    const { refresh } = skewOf({
      answers: [{ ...seen, refreshes }],
      spoken: clicks.length,
      element: nothingTold,
      looks: [],
    });
    expect(refresh.ms).toBeCloseTo(16.7, 1);
    expect(refresh.missed).toBeCloseTo(0.1, 2);
  });

  it('shows apart what was heard and seen while others hardly took anything of the machine', () => {
    const origin = 1_000_000;
    // Of the second half of the answer they took all.
    const looks = Array.from({ length: 160 }, (_, at) => {
      const late = Math.max(0, at - 80);
      return { when: origin + 250 * at, stolen: 25 * late, worked: 25 * (at - late) };
    });
    const answers = [{ ...seenOf(clicks, 0), origin }];
    const told = skewOf({ answers, spoken: clicks.length, element: nothingTold, looks });
    expect(told.others).toMatchObject({ share: expect.closeTo(0.5, 1), worst: 1 });
    const { calm } = told.others!;
    const until = (ms: number) => told.answers[0]!.filter(({ heardAt }) => heardAt <= ms).length;
    expect(calm.pairs).toBeGreaterThanOrEqual(until(19_000));
    expect(calm.pairs).toBeLessThanOrEqual(until(20_000));
    expect(skewTable(told)).toMatch(new RegExp(`apart, hardly disturbed +${calm.pairs} `));
    expect(skewTable(told)).toMatch(/others +took 50 % of what/);
  });

  it('is a table, also where there was nothing', () => {
    const told = { ...nothingTold, shown: 750, missing: 2, skew: { p50: 0.4, p99: 8.2 } };
    const table = skewTable(skewOf({ answers: [seenOf(clicks, 0)], spoken: clicks.length, element: told, looks: [] }));
    expect(table).toMatch(/picture behind sound +\d+ +0\.\d/);
    expect(table).toContain(`${clicks.length} of ${clicks.length} clicks`);
    expect(table).toContain('p99 8.2; 750 shown, 0 late, 2 missing');
    const empty = skewTable(
      skewOf({
        answers: [{ origin: 0, refreshes: [], clicks: [], latency: null }],
        spoken: 3,
        element: nothingTold,
        looks: [],
      }),
    );
    expect(empty).toContain('0 of 3 clicks; 3 clicks without a flash');
  });
});

describe('the command line', () => {
  it('has numbers of its own', () => {
    expect(readSkewOptions(['--skew'])).toEqual({ turns: 4, seconds: 30, seed: 1, json: null });
    expect(readSkewOptions(['--skew', '--turns', '2', '--seconds', '10', '--json', 'a.json'])).toEqual({
      ...{ turns: 2, seconds: 10, seed: 1, json: 'a.json' },
    });
  });

  it.each([
    [['--skew', '--turns', '0'], /--turns 0 is not a whole number from 1 to 1000/],
    [['--skew', '--seconds', '4'], /--seconds 4 is not a whole number from 5 to 600/],
    [['--skew', '--typed'], /--typed/],
  ])('refuses %s, and says what there is', (args, sentence) => {
    expect(() => readSkewOptions(args)).toThrow(sentence);
    expect(() => readSkewOptions(args)).toThrow(/npm run bench -- --skew \[--turns 4\]/);
  });

  it('is named where the others are', () => {
    expect(() => readOptions(['--callers', '0'], '.')).toThrow(/npm run bench -- --skew/);
  });
});
