import { describe, expect, it } from 'vitest';
import { httpAddress, readOptions } from '../../src/bench/options.js';
import { parseStat, usageOfTree } from '../../src/bench/process-usage.js';
import { summarise } from '../../src/bench/summary.js';
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
const cost = (lateness: number[]) => ({ cpuSeconds: 5, seconds: 10, lateness });
const usage = {
  before: { cpuSeconds: 10, megabytes: 100 },
  after: { cpuSeconds: 14, megabytes: 120 },
  peakMegabytes: 130,
  seconds: 10,
};

describe('the summary of a run', () => {
  const summary = summarise({ results, interruptions: [] }, [cost([1, 2]), cost([0, 3])], usage, 2);

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
    expect(summarise({ results: [typed], interruptions: [] }, [], null, 1).transcripts).toBeNull();
  });

  it('adds up pictures, gaps, and what both sides cost', () => {
    expect(summary.pictures).toEqual({ expected: 150, late: 3, missing: 6 });
    expect(summary.gaps).toEqual({ count: 0, ms: 0, audioSeconds: 6 });
    expect(summary.load).toMatchObject({ processes: 2, cores: 1, isBottleneck: false, late: { max: 3 } });
    expect(summary.server).toEqual({
      cores: 0.4,
      coresPerCaller: 0.2,
      idleMegabytes: 100,
      peakMegabytes: 130,
      megabytesPerCaller: 15,
    });
  });

  it('says so when the callers were late themselves', () => {
    const late = summarise({ results, interruptions: [] }, [cost([1, 2, 40])], null, 1);
    expect(late.load.isBottleneck).toBe(true);
    expect(summaryTable(late)).toContain('the callers themselves were late');
    expect(summaryTable(summary)).not.toContain('the callers themselves were late');
  });

  it('is a table with aligned columns, its failures and reasons, and no server that is not ours', () => {
    const text = summaryTable(summary);
    const stages = text.split('\n').slice(0, 5);
    expect(new Set(stages.map((line) => line.length)).size).toBe(1);
    expect(stages[2]).toMatch(/^ {2}first sound +3 +500\.0 +900\.0/);
    expect(text).toMatch(/turns +3 of 4 answered, 1 failed\n +1 x no answer within 15 s\n/);
    expect(text).toMatch(/transcripts +1 right, 1 wrong, 1 missing/);
    expect(text).toMatch(/pictures +150, 3 late, 6 missing/);
    expect(summaryTable(summarise({ results, interruptions: [] }, [], null, 1))).toMatch(/server +unknown/);
  });
});

describe('the command line', () => {
  it('has defaults, and takes what it is given', () => {
    expect(readOptions([])).toEqual({
      callers: 4,
      turns: 5,
      url: null,
      token: null,
      typed: false,
      interrupt: false,
      seed: 1,
      vendors: null,
      baseline: null,
      json: null,
    });
    const args = ['--callers', '9', '--typed', '--url', 'wss://a.example/v1/realtime', '--token', 'x', '--json', 'f'];
    expect(readOptions(args)).toMatchObject({
      callers: 9,
      typed: true,
      url: 'wss://a.example/v1/realtime',
      token: 'x',
    });
  });

  it.each([
    ['--callers', '0'],
    ['--turns', 'many'],
    ['--seed', '-1'],
    ['--url', 'ftp://127.0.0.1:8080'],
    ['--url', 'http://127.0.0.1:8080/v1/realtime'],
    ['--nonsense', '1'],
  ])('refuses %s %s, and shows what there is', (name, value) => {
    expect(() => readOptions([`${name}=${value}`])).toThrow(/--callers 4/);
  });

  it('interrupts by voice only', () => {
    expect(readOptions(['--interrupt'])).toMatchObject({ interrupt: true, typed: false });
    expect(() => readOptions(['--interrupt', '--typed'])).toThrow(/interruptions are spoken/);
  });

  it('finds the socket of a server that is named by its address', () => {
    expect(readOptions(['--url', 'https://a.example']).url).toBe('wss://a.example/v1/realtime');
    expect(readOptions(['--url', 'http://127.0.0.1:8080/']).url).toBe('ws://127.0.0.1:8080/v1/realtime');
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
