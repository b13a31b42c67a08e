/** Two runs of the bench against each other: what may be said of their differences, and what not. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/bench/random.js';
import { intervals } from '../../src/bench/report/bootstrap.js';
import { renderComparison } from '../../src/bench/report/compare.js';
import { verdicts } from '../../src/bench/report/compared-stages.js';
import { differencesOf } from '../../src/bench/report/differences.js';
import { readRun } from '../../src/bench/report/reading.js';
import { stage } from '../../src/bench/report/stages.js';
import type { RunFile } from '../../src/bench/run-file.js';
import { madeUpRun } from '../fixtures/bench-run.js';

/** Between `around` less 50 and more 50, evenly. */
function spreadAround(around: number, count: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => around + 100 * (random() - 0.5));
}

function kinds(a: readonly number[], b: readonly number[]) {
  return verdicts(stage('x', a)[0]!, stage('x', b)[0]!).map(({ kind }) => kind);
}

describe('the interval of a difference', () => {
  it('is about the difference itself, and the same each time', () => {
    const [a, b] = [spreadAround(600, 200, 1), spreadAround(640, 200, 2)];
    const { p50, p95 } = intervals(a, b);
    expect(p50.low).toBeGreaterThan(20);
    expect(p50.high).toBeLessThan(60);
    expect(p95.low).toBeLessThan(40);
    expect(p95.high).toBeGreaterThan(35);
    expect(intervals(a, b)).toEqual({ p50, p95 });
  });

  it('is exact where nothing varies', () => {
    expect(intervals([500, 500, 500], [520, 520])).toEqual({ p50: { low: 20, high: 20 }, p95: { low: 20, high: 20 } });
  });

  it('is as wide as drawing anew makes it', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => at + 1);
    const { p50, p95 } = intervals([0], hundred);
    // That 50 or more of 100 draws are at most 40 is as likely as 50 heads or more at 0.4: 2.7 of 100; at 60, 98.3.
    expect(Math.abs(p50.low - 40)).toBeLessThanOrEqual(1);
    expect(Math.abs(p50.high - 60)).toBeLessThanOrEqual(1);
    // That 95 or more are at most 89: 3.0 of 100; at most 98: 98.5.
    expect(Math.abs(p95.low - 89)).toBeLessThanOrEqual(1);
    expect(Math.abs(p95.high - 98)).toBeLessThanOrEqual(1);
  });

  it('holds the truth about as often as it says', () => {
    const missed = Array.from({ length: 100 }, (_, round) => {
      const { p50 } = intervals(spreadAround(600, 40, 2 * round), spreadAround(600, 40, 2 * round + 1));
      return p50.low > 0 || p50.high < 0;
    }).filter(Boolean).length;
    // Seeded, so that this is one number and no chance: five are promised.
    expect(missed).toBeLessThanOrEqual(8);
  });
});

describe('what is said of a difference', () => {
  it('is that B is slower, or faster', () => {
    expect(kinds(spreadAround(600, 100, 1), spreadAround(660, 100, 2))).toEqual(['slower', 'slower']);
    expect(kinds(spreadAround(660, 100, 1), spreadAround(600, 100, 2))).toEqual(['faster', 'faster']);
  });

  it('is that these runs could not show one, if it is smaller than the noise', () => {
    expect(kinds(spreadAround(600, 100, 3), spreadAround(602, 100, 4))).toEqual(['unclear', 'unclear']);
  });

  it('is nothing about less than a millisecond, however sure', () => {
    expect(kinds(Array(100).fill(600), Array(100).fill(600.6))).toEqual(['unclear', 'unclear']);
  });

  it('is nothing where turns are too few: ten for the median, twenty for p95', () => {
    const far = (count: number) => kinds(spreadAround(600, count, 1), spreadAround(900, count, 2));
    expect(far(9)).toEqual(['too few', 'too few']);
    expect(far(10)).toEqual(['slower', 'too few']);
    expect(far(19)).toEqual(['slower', 'too few']);
    expect(far(20)).toEqual(['slower', 'slower']);
  });

  it('divides by nothing that is nothing', () => {
    const [verdict] = verdicts(stage('x', [0])[0]!, stage('x', [5])[0]!);
    expect(verdict).toMatchObject({ difference: 5, ratio: null });
  });
});

describe('what two runs differ in', () => {
  const run = madeUpRun();
  const between = (a: RunFile, b: RunFile) =>
    differencesOf(readRun(a), readRun(b)).map(({ name, kind, a: from, b: to }) => [name, kind, from, to]);

  it('is nothing for the same run, whatever files it wrote', () => {
    const { options } = run;
    expect(between(run, { ...run, at: 'later', options: { ...options, json: 'other.json', html: null } })).toEqual([]);
  });

  it('is told of options, machine and scenario as what spoils the comparison', () => {
    const machine = { ...run.machine, cores: 2 };
    const other = { ...run, machine, options: { ...run.options, callers: 8, vendors: null } };
    const found = between(run, other);
    expect(found).toContainEqual(['callers', 'spoiling', '32', '8']);
    expect(found).toContainEqual(['vendors.chat', 'spoiling', '300,30,0', 'none']);
    expect(found.map(([name, kind]) => [name, kind])).toContainEqual(['machine', 'spoiling']);
    expect(between(run, { ...run, scenario: { name: 'soak', about: '' } })[0]?.slice(0, 2)).toEqual([
      'scenario',
      'spoiling',
    ]);
  });

  it('is told of engines as what one compares, the port of a simulator aside', () => {
    const engines = run.about.engines.map((engine) =>
      engine.job === 'voice'
        ? { ...engine, engine: 'kokoro' }
        : { ...engine, why: String(engine.why).replace(/:\d+/, ':40404') },
    );
    const found = between(run, { ...run, about: { ...run.about, engines } });
    expect(found.map(([name, kind]) => [name, kind])).toEqual([['voice', 'subject']]);
  });

  it('is told of settings and of the commit as what one compares, and of nothing that one file does not know', () => {
    const other = { ...run, commit: 'c0ffee', settings: { STT: 'openai', SPECULATION: 'llm' } };
    expect(between(run, other)).toEqual([
      ['working copy of', 'subject', run.commit, 'c0ffee'],
      ['MAX_LOOP_LAG', 'subject', '80', 'the default'],
      ['SPECULATION', 'subject', 'the default', 'llm'],
    ]);
    const { commit, settings, ...older } = run;
    expect(between(run, older as RunFile)).toEqual([]);
    expect(between(run, { ...run, commit: null, settings: null })).toEqual([]);
    const same = (a: RunFile) => renderComparison(a, run);
    expect(same(run).table).toContain('and machine, and the same settings, as far as they are written down\n');
    expect(same(older as RunFile).table).toContain('and machine; of the settings of A nothing is known\n');
    expect(same(older as RunFile).html).toContain('Nothing: the same scenario, engines, options and machine; of the');
  });

  it('may be settings of which nothing is known, which is said beside whatever else differs', () => {
    const unknown = { ...run, settings: null, machine: { ...run.machine, cores: 2 } };
    const { table, html } = renderComparison(unknown, { ...run, settings: null });
    expect(table).toContain('of the settings of A and B nothing is known\n');
    expect(html).toContain('<p>Of the settings of A and B nothing is known.</p>');
    const late = renderComparison(madeUpRun({ isBottleneck: true }), { ...run, settings: null });
    expect(late.table).toContain('of the settings of B nothing is known\n');
    expect(late.html).toContain('kept up.</p><p>Of the settings of B nothing is known.</p>');
    expect(renderComparison(run, { ...run, machine: unknown.machine }).table).not.toContain('nothing is known');
  });

  it('may be a setting that is hidden, of which an older file did not even have the name', () => {
    const hidden = { ...run, settings: { ...run.settings, PERSONA: 'set' } };
    expect(between(run, hidden)).toEqual([['PERSONA', 'subject', 'the default, or not written down', 'set']]);
    expect(between(hidden, hidden)).toEqual([]);
  });

  it('is told of the sounds of own recordings, not of their paths', () => {
    const heard = (sha256: string): RunFile => {
      const scenario = { ...run.options.scenario, recordings: [{ name: 'door', sha256 }] };
      return { ...run, options: { ...run.options, scenario } };
    };
    expect(between(heard('aa'), heard('aa'))).toEqual([]);
    expect(between(heard('aa'), heard('bb')).map(([name, kind]) => [name, kind])).toEqual([
      ['scenario.recordings', 'spoiling'],
    ]);
  });

  it('is told of the seed as of another draw', () => {
    expect(between(run, { ...run, options: { ...run.options, seed: 99 } })).toEqual([['seed', 'drawn', '7', '99']]);
  });

  it('is not told of options that an older bench did not have', () => {
    const { scenario: _, minutes: __, ...older } = run.options;
    expect(between({ ...run, options: older as unknown as RunFile['options'] }, run)).toEqual([]);
  });
});

describe('a comparison', () => {
  it('says first what differs, and shows what speculation saves', () => {
    const { table, html } = renderComparison(madeUpRun({ speculates: false }), madeUpRun());
    expect(table).toContain('what is compared:\n    SPECULATION: off | the default\n');
    expect(html).toMatch(/SPECULATION<.*A: off<br>B: the default/);
    expect(table).toMatch(/ Server: model asked +p50 +\d+ +\d+ +−\d+ +−\d+ to −\d+ +0\.\d\d +B is faster\n/);
    expect(table).toMatch(/ Speech stopped +p50 .* no difference that these runs could show\n/);
    expect(html.indexOf('What differs')).toBeLessThan(html.indexOf('<h2>Differences'));
    expect(html.match(/\b(NaN|undefined|Infinity)\b|\[object|<script|\ssrc=|\shref=/)).toBeNull();
  });

  it('has columns that stand below each other', () => {
    const { table } = renderComparison(madeUpRun(), madeUpRun({ slower: 50, seed: 3 }));
    const lines = table.split('\n');
    const head = lines.findIndex((line) => line.startsWith('  ms '));
    const edge = lines[head]!.indexOf('B/A') + 3;
    const rows = lines
      .slice(head + 1, lines.indexOf('', head))
      .filter((line) => / p(50|95) +\d/.test(line) && !line.includes('limit'));
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows) expect(row.slice(edge - 4, edge)).toMatch(/\d\.\d\d/);
  });

  it('says of runs that cannot be compared that they cannot', () => {
    const other = { ...madeUpRun(), scenario: { name: 'soak', about: 'For hours.' } };
    const { table, html } = renderComparison(madeUpRun(), other);
    expect(table).toContain('not comparable as they stand, these differ:\n    scenario: ramp');
    expect(html).toContain('Not comparable as they stand.');
    const late = renderComparison(madeUpRun({ isBottleneck: true }), madeUpRun());
    expect(late.table).toContain('the callers of A themselves were late');
    expect(late.html).toContain('Run A: the load side was the bottleneck.');
    const slowed = renderComparison(madeUpRun(), madeUpRun({ stolen: 0.3 }));
    expect(slowed.table).toContain('others took processors from B: its figures are not the server’s alone');
    expect(slowed.html).toContain('Run B: others took 30 % of what this machine wanted to run');
  });

  it('names what each of two ramps is judged by, where that is not the same', () => {
    const whole = madeUpRun();
    const faceless = whole.steps.map(({ callers, summary }) => {
      const stages = summary.stages.filter(({ name }) => name !== 'first sound and its picture');
      return { callers, summary: { ...summary, stages } };
    });
    const { table, html } = renderComparison(whole, { ...whole, steps: faceless });
    expect(html).toContain('A: first sound and its picture; B: first sound; in ms, over the number of callers');
    expect(table).toMatch(/A held at [^\n]* until the first sound and its picture,/);
    expect(table).toMatch(/B held at [^\n]* until the first sound,/);
    expect(renderComparison(whole, whole).html).toContain('First sound and its picture in ms, over the number');
  });

  it('does not break at a run with nothing in it', () => {
    const whole = madeUpRun();
    const nothing = { ...whole, results: [], steps: [], interruptions: [], samples: [] };
    const { table, html } = renderComparison(nothing, whole);
    expect(table).toContain('Heard: only in B');
    expect(html).toContain('</html>');
    expect(renderComparison(nothing, nothing).html.match(/\b(NaN|undefined|Infinity)\b/)).toBeNull();
  });

  it('lets no name move the cursor of a terminal, or write into the page', () => {
    const evil = '\u001b[2J<script>x</script>';
    const { table, html } = renderComparison(madeUpRun(), { ...madeUpRun(), scenario: { name: evil, about: evil } });
    expect(table).not.toContain('\u001b');
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
  });
});
