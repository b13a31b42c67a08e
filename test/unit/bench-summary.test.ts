import { describe, expect, it } from 'vitest';
import type { StepCost } from '../../src/bench/load-processes.js';
import { httpAddress, readComparison, readOptions } from '../../src/bench/options.js';
import { parseStat, usageOfTree } from '../../src/bench/process-usage.js';
import { scrapeOf } from '../../src/bench/prometheus.js';
import type { Look } from '../../src/bench/server-watch.js';
import { type Measurements, summarise } from '../../src/bench/summary.js';
import { summaryTable } from '../../src/bench/table.js';
import { lostTurn, type TurnResult } from '../../src/bench/turn-result.js';

function turn(number: number, firstSound: number, heard: string): TurnResult {
  return {
    ...lostTurn(0, number, 'Who are you?', ''),
    failure: null,
    marks: { response_created: firstSound - 100, first_sound: firstSound },
    transcript: heard,
    transcriptIsRight: heard === 'who are you',
    audioMs: 2000,
    pictures: { expected: 50, late: 1, missing: 2 },
  };
}

const results = [
  turn(0, 900, ''),
  turn(1, 500, 'who are you'),
  turn(2, 400, 'how are you'),
  lostTurn(0, 3, 'Who are you?', 'no answer within 15 s'),
];
const cost = (process: number, late: number[], cpuSeconds = 5): StepCost => ({
  process,
  step: 0,
  cost: { cpuSeconds, seconds: 10, late: late.map((ms) => [ms, 1] as const) },
});
const look = (at: number, cpuSeconds: number, megabytes: number): Look => ({
  at,
  when: 1000 * at,
  ended: 0,
  usage: { cpuSeconds, megabytes },
  scrape: null,
});
const looks = [look(0, 10, 100), look(4, 11, 130), look(10, 14, 120)];
const nothing: Measurements = { results: [], interruptions: [], costs: [], looks: [], processors: [], bytes: [] };

describe('the summary of a run', () => {
  const summary = summarise({ ...nothing, results, costs: [cost(0, [1, 2]), cost(1, [0, 3])], looks }, 2);

  it('drops no failure', () => {
    expect(summary.turns).toEqual({ asked: 4, answered: 3, failed: 1 });
    expect(summary.failures).toEqual({ 'no answer within 15 s': 1 });
  });

  it('has the stages that were reached, and the first turn of a session beside the later ones', () => {
    expect(summary.stages.map(({ name, of }) => [name, of.count, of.p50])).toEqual([
      ['response created', 3, 400],
      ['first sound', 3, 500],
      ['first sound, 1st turn', 1, 900],
      ['first sound, later', 2, 400],
    ]);
  });

  it('counts an empty transcript as missing, another wording as wrong', () => {
    expect(summary.transcripts).toEqual({ right: 1, wrong: 1, missing: 1 });
    const typed = { ...turn(0, 500, ''), transcriptIsRight: null };
    expect(summarise({ ...nothing, results: [typed] }, 1).transcripts).toBeNull();
  });

  it('adds up pictures, gaps, and what both sides cost', () => {
    expect(summary.pictures).toEqual({ expected: 150, late: 3, missing: 6 });
    expect(summary.gaps).toEqual({ count: 0, ms: 0, audioSeconds: 6 });
    expect(summary.load).toMatchObject({ processes: 2, cores: 1, isBottleneck: false, late: { max: 3 } });
    expect(summary.server).toEqual({
      by: 'kernel',
      cores: 0.4,
      coresPerCaller: 0.2,
      idleMegabytes: 100,
      peakMegabytes: 130,
      megabytesPerCaller: 15,
    });
  });

  it('takes the word of a server that is not ours, which is of its main process only', () => {
    const scrape = { ...scrapeOf([]), cpuSeconds: 10, residentBytes: 100 * 2 ** 20 };
    const later = { ...scrape, cpuSeconds: 14, residentBytes: 130 * 2 ** 20 };
    const told = looks.map((each, at) => ({ ...each, usage: null, scrape: at === 0 ? scrape : later }));
    const foreign = summarise({ ...nothing, results, looks: told }, 2);
    expect(foreign.server).toEqual({ ...summary.server, by: 'server' });
    expect(summaryTable(foreign)).toMatch(/server +its main process, by its own word: 0\.40 cores, 0\.200 a caller/);
    expect(summaryTable(summary)).toMatch(
      /server +0\.40 cores, 0\.200 a caller; 100 MB before, 130 MB at most, 15\.0 MB/,
    );
    const silent = told.map((each) => ({ ...each, scrape: scrapeOf([]) }));
    expect(summarise({ ...nothing, results, looks: silent }, 2).server).toBeNull();
  });

  it('says so when the callers were late themselves', () => {
    const late = summarise({ ...nothing, results, costs: [cost(0, [1, 2, 40])] }, 1);
    expect(late.load.isBottleneck).toBe(true);
    expect(summaryTable(late)).toContain('the callers themselves were late');
    expect(summaryTable(summary)).not.toContain('the callers themselves were late');
  });

  it('says so, too, when a process of callers took most of a core', () => {
    const busy = summarise({ ...nothing, results, costs: [cost(0, [1]), cost(1, [1], 9)] }, 1);
    expect(busy.load).toMatchObject({ processes: 2, cores: 1.4, busiest: 0.9, isBottleneck: true });
    expect(summaryTable(busy)).toMatch(/1\.40 cores in 2 processes, 0\.90 in the busiest[\s\S]*the callers themselves/);
  });

  it('counts the turns that were taken for ended too early, of spoken ones only', () => {
    expect(summary.cutOffs).toEqual({ turns: 0, times: 0 });
    expect(summaryTable(summary)).not.toContain('cut-offs');
    const cut = summarise({ ...nothing, results: [{ ...results[1]!, cutOffs: 2 }, results[2]!] }, 1);
    expect(cut.cutOffs).toEqual({ turns: 1, times: 2 });
    expect(summaryTable(cut)).toMatch(/cut-offs +2 times, in 1 of 2 turns: taken/);
    expect(summarise({ ...nothing, results: [{ ...turn(0, 1, ''), transcriptIsRight: null }] }, 1).cutOffs).toBeNull();
  });

  it('has the marks of the server in a table of their own, also those that nobody knows', () => {
    const marked = (server: TurnResult['server']) => ({ ...results[1]!, server });
    const all = [marked({ first_sent: 400, answered: 300, new_mark: 7 }), marked({ answered: 320 }), marked(null)];
    const { serverStages } = summarise({ ...nothing, results: all }, 1);
    expect(serverStages.map(({ name, of }) => [name, of.count, of.max])).toEqual([
      ['hard end (it is all)', 2, 320],
      ['first audio sent', 1, 400],
      ['new mark', 1, 7],
    ]);
    expect(summaryTable(summarise({ ...nothing, results: all }, 1))).toMatch(
      /own marks[^\n]*\n +hard end \(it is all\) +2 /,
    );
    expect(summaryTable(summary)).not.toContain('own marks');
  });

  it('has what sessions left in the heap, if that is known', () => {
    expect(summaryTable(summary)).not.toMatch(/^ +heap /m);
    const heap = { bytesPerSession: 310, errorBytes: 120, windows: 19, sessions: 1000 };
    const leaving = (left: typeof summary.told.heap) =>
      summaryTable({ ...summary, told: { ...summary.told, heap: left } });
    expect(leaving(heap)).toMatch(
      /heap +310 bytes more a session \(standard error 120\), over 1000 sessions in 19 win/,
    );
    expect(leaving(null)).not.toMatch(/^ +heap /m);
  });

  it('has what went over the wire of each session', () => {
    const bytes = [
      { received: 2_000_000, sent: 50_000 },
      { received: 3_000_000, sent: 60_000 },
    ];
    const told = summarise({ ...nothing, results, bytes }, 1);
    expect(told.bytes).toMatchObject({ received: { count: 2, max: 3_000_000 }, sent: { p50: 50_000 } });
    expect(summaryTable(told)).toMatch(/bytes +a session p50 50 KB sent, 2000 KB received/);
    expect(summary.bytes).toBeNull();
  });

  it('is a table with aligned columns, its failures and reasons, and no server that is not ours', () => {
    const text = summaryTable(summary);
    const stages = text.split('\n').slice(0, 5);
    expect(new Set(stages.map((line) => line.length)).size).toBe(1);
    expect(stages[2]).toMatch(/^ {2}first sound +3 +500\.0 +900\.0/);
    expect(text).toMatch(/turns +3 of 4 answered, 1 failed\n +1 x no answer within 15 s\n/);
    expect(text).toMatch(/transcripts +1 right, 1 wrong, 1 missing/);
    expect(text).toMatch(/pictures +150, 3 late, 6 missing/);
    expect(summaryTable(summarise({ ...nothing, results }, 1))).toMatch(/server +unknown/);
  });
});

const read = (...args: string[]) => readOptions(args, '.');

describe('the command line', () => {
  it('has defaults, and takes what it is given', () => {
    expect(read()).toMatchObject({
      scenario: { name: 'questions', callers: 4, turns: 5 },
      callers: 4,
      turns: 5,
      minutes: null,
      url: null,
      token: null,
      typed: false,
      seed: 1,
      vendors: null,
      baseline: null,
      json: null,
      html: null,
    });
    const args = ['--callers', '9', '--typed', '--url', 'wss://a.example/v1/realtime', '--token', 'x', '--json', 'f'];
    expect(read(...args)).toMatchObject({
      scenario: { name: 'questions', callers: 9, turns: 5 },
      callers: 9,
      typed: true,
      url: 'wss://a.example/v1/realtime',
      token: 'x',
    });
  });

  it.each([
    ['--callers', '0'],
    ['--turns', 'many'],
    ['--minutes', '0'],
    ['--seed', '-1'],
    ['--url', 'ftp://127.0.0.1:8080'],
    ['--url', 'http://127.0.0.1:8080/v1/realtime'],
    ['--nonsense', '1'],
  ])('refuses %s %s, and shows what there is', (name, value) => {
    expect(() => read(`${name}=${value}`)).toThrow(/\[--callers N\]/);
  });

  it('interrupts by voice only', () => {
    expect(read('--interrupt')).toMatchObject({ scenario: { name: 'interruptions' }, typed: false });
    expect(() => read('--interrupt', '--typed')).toThrow(/interruptions are spoken/);
    expect(() => read('--scenario', 'echo', '--typed')).toThrow(/echo: what it is about needs a microphone/);
    expect(() => read('--interrupt', '--scenario', 'echo')).toThrow(/--interrupt is a name of/);
  });

  it('changes the numbers of a scenario', () => {
    expect(read('--scenario', 'soak')).toMatchObject({ callers: 4, turns: null, minutes: 120 });
    expect(read('--scenario', 'soak', '--turns', '7')).toMatchObject({
      turns: 7,
      minutes: null,
      scenario: { turns: 7 },
    });
    expect(read('--minutes', '3')).toMatchObject({ turns: null, minutes: 3, callers: 4 });
    expect(() => read('--minutes', '3', '--turns', '4')).toThrow(/--turns and --minutes cannot both be/);
  });

  it('has as many callers of a ramp as come at most', () => {
    const ramp = read('--scenario', 'ramp', '--turns', '2');
    expect([ramp.callers, ramp.turns, ramp.scenario.ramp?.turns]).toEqual([100, 2, 2]);
    expect(() => read('--scenario', 'ramp', '--minutes', '4')).toThrow(/is a ramp, which has turns/);
    expect(() => read('--scenario', 'ramp', '--baseline', 'sequential')).toThrow(/--baseline is for spoken turns/);
  });

  it.each([
    ['1', [1]],
    ['4', [1, 4]],
    ['10', [1, 4, 10]],
    ['200', [1, 4, 16, 32, 64, 100, 200]],
  ])('ends a ramp at %s callers', (most, steps) => {
    const { callers, scenario } = read('--scenario', 'ramp', '--callers', most);
    expect([scenario.ramp?.callers, callers, scenario.ramp?.turns]).toEqual([steps, Number(most), 4]);
  });

  it('compares two files', () => {
    expect(readComparison(['--compare', 'a.json', 'b.json', '--html', 'c.html'])).toEqual({
      files: ['a.json', 'b.json'],
      html: 'c.html',
    });
    expect(() => readComparison(['--compare', 'a.json'])).toThrow(/--compare takes two files/);
  });

  it('finds the socket of a server that is named by its address', () => {
    expect(read('--url', 'https://a.example').url).toBe('wss://a.example/v1/realtime');
    expect(read('--url', 'http://127.0.0.1:8080/').url).toBe('ws://127.0.0.1:8080/v1/realtime');
  });

  it('finds what stands beside a socket', () => {
    expect(httpAddress('ws://127.0.0.1:8080/v1/realtime?model=x')).toBe('http://127.0.0.1:8080');
    expect(httpAddress('wss://a.example/v1/realtime')).toBe('https://a.example');
  });
});

describe('what a process uses', () => {
  it('is read past a name with brackets and blanks', () => {
    const line = '77 (a (b) c) S 12 77 77 0 -1 4194560 1 2 3 4 150 25 5 6 20 0 1 0 100 200 300';
    expect(parseStat(line)).toEqual({ parent: 12, ticks: 175 });
  });

  it.skipIf(process.platform !== 'linux')('is that of the process with its children', () => {
    const usage = usageOfTree(process.pid)!;
    expect(usage.megabytes).toBeGreaterThan(10);
    expect(usage.cpuSeconds).toBeGreaterThan(0);
    expect(usageOfTree(process.ppid)!.megabytes).toBeGreaterThan(usage.megabytes);
  });

  it('is unknown for a process that is not there', () => {
    expect(usageOfTree(2 ** 30)).toBeNull();
  });
});
