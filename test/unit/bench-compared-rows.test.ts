/** What two runs came to beside their times, row by row, whatever the files know. */
import { describe, expect, it } from 'vitest';
import { renderComparison } from '../../src/bench/report/compare.js';
import { comparedRows } from '../../src/bench/report/compared-rows.js';
import { readRun } from '../../src/bench/report/reading.js';
import type { RunFile } from '../../src/bench/run-file.js';
import { madeUpRun } from '../fixtures/bench-run.js';

const plain = madeUpRun();
const rich: RunFile = {
  ...plain,
  summary: {
    ...plain.summary,
    server: { ...plain.summary.server!, by: 'server', megabytesPerCaller: null },
    told: { ...plain.summary.told, heap: { bytesPerSession: 310, errorBytes: 120, windows: 19, sessions: 1000 } },
    bytes: {
      sent: { count: 1, p50: 50_000, p90: 0, p95: 0, p99: 0, max: 0 },
      received: { count: 1, p50: 2_000_000, p90: 0, p95: 0, p99: 0, max: 0 },
    },
  },
  leftovers: {
    ...{ sessions: 1000, bytes: -146, codeBytes: 3185 },
    kinds: [{ kind: 'object Turn', count: 1000, bytes: 64_000 }],
  },
};

function rowsOf(a: RunFile, b: RunFile): Map<string, readonly [string, string]> {
  return new Map(comparedRows(readRun(a), readRun(b)).map((row) => [row.name, [row.a, row.b]]));
}

/** Without the parts of its summary that have these names. */
function without(run: RunFile, ...names: readonly string[]): RunFile {
  const summary = Object.fromEntries(Object.entries(run.summary).filter(([name]) => !names.includes(name)));
  return { ...run, summary: summary as unknown as RunFile['summary'] };
}

describe('what two runs came to beside their times', () => {
  it('is told of turns, words, sound, pictures, the server and what was heard over answers', () => {
    const rows = rowsOf(plain, rich);
    expect([...rows.keys()]).toEqual([
      ...['Turns failed', 'Turns cut off before their end', 'Transcripts', 'Gaps in the sound'],
      ...['Pictures late', 'Pictures missing'],
      ...['Begun ahead, kept', 'Begun ahead, dropped', 'Begun ahead, made for nothing'],
      ...['Server, cores', 'Server, cores a caller', 'Server, memory before', 'Server, memory at most'],
      ...['Server, memory a caller', 'Event loop late, p99', 'Event loop late, at most'],
      ...['A session sends, p50', 'A session receives, p50', 'Heap, a session more'],
      ...['Left in the heap by a session', 'Left in the heap, compiled code', 'Left in the heap, object Turn'],
      ...['Interruptions', 'Interruptions, cut the answer off', 'Interruptions, heard rightly'],
      ...['Interruptions, answered', 'Interruptions, failed', 'Frames of the old answer after the cut'],
      ...['History off by', 'History not told', 'Noises', 'Noises, cut the answer off', 'Noises, held the answer'],
      ...['Noises, not noticed', 'Noises, failed', 'Held, stood still for', 'Held, went on from another sample'],
      ...['Noise: cough', 'Noise: knock', 'Noise: mm hmm', 'Noise: okay'],
    ]);
    const { turns, transcripts } = plain.summary;
    expect(rows.get('Turns failed')![0]).toMatch(new RegExp(`^${turns.failed} of ${turns.asked} \\(`));
    expect(rows.get('Transcripts')![1]).toBe(`${transcripts!.right} right, ${transcripts!.wrong} wrong, 0 missing`);
    expect(rows.get('Server, cores')).toEqual(['1.02', '1.02, of its main process']);
    expect(rows.get('Server, memory a caller')).toEqual(['5.3 MB', 'hidden by what counting took']);
    expect(rows.get('Heap, a session more')).toEqual(['unknown', '+310 bytes, standard error 120']);
    expect(rows.get('A session receives, p50')).toEqual(['unknown', '2000 KB']);
    expect(rows.get('Left in the heap by a session')).toEqual(['unknown', '−146 bytes, of 1000 sessions']);
    expect(rows.get('Left in the heap, object Turn')).toEqual(['unknown', '+1000']);
    expect(rows.get('Interruptions')).toEqual(['20', '20']);
  });

  it('tells false interruptions by the noise that they were', () => {
    const noisy = plain.interruptions.map((each) => (each.heard === 'cough' ? { ...each, outcome: 'cut_off' } : each));
    const { noises } = plain.summary.interruptions!;
    const by = { ...noises.by, cough: { cut_off: 2, held: 0, unnoticed: 0 } };
    const summary = {
      ...plain.summary,
      interruptions: { ...plain.summary.interruptions!, noises: { ...noises, cutOff: 2, by } },
    };
    const rows = rowsOf(plain, { ...plain, summary, interruptions: noisy as RunFile['interruptions'] });
    expect(rows.get('Noises, cut the answer off')).toEqual(['0', '2']);
    expect(rows.get('Noise: cough')![1]).toBe('2 cut off, 0 held, 0 not noticed');
  });

  it('has no row of what neither file knows', () => {
    const names = [...rowsOf(plain, plain).keys()];
    expect(names).not.toContain('Heap, a session more');
    expect(names.filter((name) => name.startsWith('Left in the heap'))).toEqual([]);
    const quiet = { ...plain, summary: { ...plain.summary, interruptions: null } };
    expect([...rowsOf(quiet, quiet).keys()].filter((name) => /^(Interr|Noise|History|Held)/.test(name))).toEqual([]);
    expect(rowsOf(quiet, plain).get('Interruptions')).toEqual(['none', '20']);
    expect(rowsOf(quiet, plain).get('Noise: cough')![0]).toBe('none');
  });

  it('says of what an older file does not have that it is unknown', () => {
    const { leftovers, ...older } = without(
      plain,
      'cutOffs',
      'transcripts',
      'told',
      'server',
      'bytes',
      'interruptions',
    );
    const rows = rowsOf(older as RunFile, rich);
    for (const [name, [a]] of rows)
      if (!/^(Turns failed|Gaps|Pictures)/.test(name)) expect([name, a]).toEqual([name, 'unknown']);
    const inner = { ...rich.summary.interruptions!, noises: { made: 3 }, questions: { asked: 4 } };
    const partly = { ...rich, summary: { ...rich.summary, interruptions: inner } } as unknown as RunFile;
    expect(rowsOf(partly, rich).get('Interruptions')).toEqual(['4', '20']);
    expect(rowsOf(partly, rich).get('History off by')![0]).toBe('unknown');
    expect(rowsOf(partly, rich).get('Noise: cough')![0]).toBe('unknown');
    expect(rowsOf(without(rich, 'gaps', 'pictures'), rich).get('Pictures late')![0]).toBe('unknown');
  });

  it('says of a server that was not to begin ahead that it was not, if its settings are known', () => {
    const { told } = plain.summary;
    const off = { ...plain, summary: { ...plain.summary, told: { ...told, speculations: null } } };
    const set = { ...off, settings: { SPECULATION: 'off' } };
    expect(rowsOf(set, plain).get('Begun ahead, kept')).toEqual(['switched off', '188']);
    expect(rowsOf(off, plain).get('Begun ahead, kept')).toEqual(['unknown', '188']);
  });

  it('says of a run that was typed that nothing was spoken', () => {
    const typed = { ...plain, summary: { ...plain.summary, cutOffs: null, transcripts: null } };
    expect(rowsOf(typed, plain).get('Transcripts')![0]).toBe('nothing was spoken');
    expect(rowsOf(typed, plain).get('Turns cut off before their end')![0]).toBe('nothing was spoken');
  });

  it('stands in the terminal and on the page, word for word', () => {
    const older = without(plain, 'told', 'bytes', 'server');
    const { table, html } = renderComparison(older, rich);
    const lines = table.split('\n').map((line) => line.trim().split(/ {2,}/).join(' | '));
    for (const { name, a, b } of comparedRows(readRun(older), readRun(rich))) {
      expect(lines).toContain(`${name} | ${a} | ${b}`);
      expect(html).toContain(`<th scope="row">${name}</th><td class="text">${a}</td><td class="text">${b}</td>`);
    }
    expect(html.match(/\b(NaN|undefined|Infinity)\b|\[object/)).toBeNull();
  });
});
