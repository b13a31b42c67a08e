/** What the bench's charts are made of: scales, ticks, bins, staircases and paths. */
import { describe, expect, it } from 'vitest';
import { cumulative, histogram } from '../../src/bench/report/bins.js';
import { linePath, stepPath } from '../../src/bench/report/curve.js';
import { html, type Part, written } from '../../src/bench/report/markup.js';
import { place, roundSpan, ticks } from '../../src/bench/report/scale.js';

describe('a scale', () => {
  it('takes a value to its place, upwards and downwards', () => {
    expect(place(250, [0, 1000])).toBe(25);
    expect(place(-50, [-100, 100])).toBe(25);
    expect(place(250, [0, 1000], [200, 0])).toBe(150);
  });

  it('has a place for the only value there is', () => {
    expect(place(7, [7, 7])).toBe(50);
  });

  it.each([
    [[0, 1000], 5, [0, 200, 400, 600, 800, 1000]],
    [[0, 1], 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [[0, 0.3], 3, [0, 0.1, 0.2, 0.3]],
    [[-70, 45], 4, [-50, 0]],
    [[3, 179], 5, [50, 100, 150]],
    [[0, 1087], 5, [0, 500, 1000]],
  ] as const)('has round ticks within %j, about %i', (span, count, expected) => {
    expect(ticks(span, count)).toEqual(expected);
  });

  it('goes from nothing to the next round value, and below nothing where there is something', () => {
    expect(roundSpan([12, 973], 5)).toEqual([0, 1000]);
    expect(roundSpan([-70, 45], 4)).toEqual([-100, 50]);
    expect(roundSpan([0.31], 3)).toEqual([0, 0.4]);
    expect(roundSpan([1000], 5)).toEqual([0, 1000]);
  });

  it('has an extent, whatever there is', () => {
    expect(roundSpan([], 5)).toEqual([0, 1]);
    expect(roundSpan([0, 0], 5)).toEqual([0, 1]);
  });
});

describe('a histogram', () => {
  it('counts each value once, those on the last edge in the last bin', () => {
    expect(histogram([0, 9, 10, 19.9, 20, 30], [0, 30], 3).map(({ count }) => count)).toEqual([2, 2, 2]);
    expect(histogram([5], [0, 30], 3)[1]).toEqual({ from: 10, to: 20, count: 0 });
  });

  it('leaves out what lies outside', () => {
    expect(histogram([-1, 31, 15], [0, 30], 3).map(({ count }) => count)).toEqual([0, 1, 0]);
  });
});

describe('a cumulative distribution', () => {
  it('rises at each value by the share of those that have it', () => {
    expect(cumulative([30, 10, 10, 20])).toEqual([
      { value: 10, share: 0.5 },
      { value: 20, share: 0.75 },
      { value: 30, share: 1 },
    ]);
    expect(cumulative([])).toEqual([]);
  });

  it('of very many has as many steps as are seen, each at a value that was measured', () => {
    const values = Array.from({ length: 10_000 }, (_, at) => at);
    const steps = cumulative(values, 100);
    expect(steps).toHaveLength(100);
    expect(steps[49]).toEqual({ value: 4999, share: 0.5 });
    expect(steps.at(-1)).toEqual({ value: 9999, share: 1 });
  });
});

describe('a path', () => {
  it('is broken where nothing is known', () => {
    expect(linePath([[0, 1], [1.239, 2], null, [3, 4], [4, 5]])).toBe('M0 1L1.24 2M3 4L4 5');
    expect(linePath([null, [3, 4]])).toBe('M3 4');
    expect(linePath([])).toBe('');
  });

  it('of steps is level until the next value', () => {
    expect(
      stepPath([
        [0, 84],
        [40, 42],
        [60, 0],
      ]),
    ).toBe('M0 84H40V42H60V0');
    expect(stepPath([])).toBe('');
  });
});

describe('markup', () => {
  it('escapes what it is given, in texts and in attributes', () => {
    const name = `<b onclick='x'>"&`;
    expect(written(html`<p title="${name}">${name}</p>`)).toBe(
      '<p title="&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;">&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;</p>',
    );
  });

  it('takes in what it has made itself, and lists of it, and leaves out nothing but nothing', () => {
    expect(written(html`<ul>${['a<', 'b'].map((item) => html`<li>${item}</li>`)}${null}${false}${0}</ul>`)).toBe(
      '<ul><li>a&lt;</li><li>b</li>0</ul>',
    );
  });

  it('takes no object out of a file for its own', () => {
    const forged = JSON.parse('{ "markup": "<script>", "Symbol(markup)": "<script>" }') as Part;
    expect(written(html`${forged}`)).toBe('[object Object]');
  });

  it('lets no character turn the line round, or hide', () => {
    expect(written(html`${'a\u202eb\u0000c\nd'}`)).toBe('a\ufffdb\ufffdc d');
  });
});
