import { describe, expect, it } from 'vitest';
import type { Interruption } from '../../src/bench/interruption-result.js';
import { summariseInterruptions } from '../../src/bench/interruption-summary.js';
import { type Measurements, summarise } from '../../src/bench/summary.js';
import { summaryTable } from '../../src/bench/table.js';
import { lostTurn } from '../../src/bench/turn-result.js';

const question = (turn: number, fields: Partial<Interruption> = {}): Interruption => ({
  caller: 0,
  turn,
  step: 0,
  kind: 'question',
  heard: 'What time is it?',
  atMs: 4000,
  outcome: 'cut_off',
  stillMs: 240 + turn,
  cutOffMs: 530 + turn,
  heldMs: 0,
  movedSamples: 0,
  staleFrames: 0,
  historyMs: turn,
  answer: { ...lostTurn(0, turn, '', ''), failure: null, marks: { first_sound: 400 }, transcriptIsRight: true },
  failure: null,
  ...fields,
});

const noise = (heard: string, fields: Partial<Interruption> = {}): Interruption => ({
  ...question(0),
  kind: 'noise',
  heard,
  outcome: 'unnoticed',
  stillMs: null,
  cutOffMs: null,
  historyMs: null,
  answer: null,
  ...fields,
});

const nothing: Measurements = { results: [], interruptions: [], costs: [], looks: [], processors: [], bytes: [] };
const missed = 'the question did not cut the answer off';
const all = [
  question(0),
  question(1, { staleFrames: 2 }),
  question(2, { historyMs: null, failure: 'no sound within 15 s', answer: lostTurn(0, 2, '', 'no sound within 15 s') }),
  question(3, { outcome: 'held', stillMs: null, cutOffMs: null, heldMs: 1200, failure: missed }),
  noise('cough'),
  noise('yeah', { outcome: 'held', heldMs: 300 }),
  noise('yeah', { outcome: 'held', heldMs: 500, movedSamples: 7 }),
  noise('okay', { outcome: 'cut_off', stillMs: 9, cutOffMs: 10 }),
];

describe('answers that were talked over, and stories that were', () => {
  it('counts as answered to the end only what nothing was said over', () => {
    const asked = [question(0, { isTalkedOver: true }), question(0), noise('cough')];
    expect(summariseInterruptions(asked)!.questions).toMatchObject({ asked: 2, cutOff: 2, answered: 1 });
  });

  it('takes no story for one that went on, if it never did', () => {
    const stopped = '"cough" stopped the answer for good';
    const made = [
      noise('cough', { outcome: 'held', heldMs: 400, movedSamples: 9, stillMs: 700, failure: stopped }),
      noise('cough', { outcome: 'held', heldMs: 300 }),
    ];
    const { noises } = summariseInterruptions(made)!;
    expect(noises).toMatchObject({ held: 2, resumed: 1, moved: 0, heldMs: { count: 1, max: 300 } });
    expect(noises.failures).toEqual({ [stopped]: 1 });
  });

  it('has the quality of the answers to questions in that of the run', () => {
    const answer = {
      ...lostTurn(0, 0, 'What time is it?', ''),
      ...{ failure: null, transcriptIsRight: true, audioMs: 3000, gaps: { count: 2, ms: 80 }, cutOffs: 1 },
      ...{ pictures: { expected: 75, late: 3, missing: 4 }, server: { first_sent: 400 } },
    };
    const summary = summarise({ ...nothing, results: [answer], interruptions: [question(0, { answer })] }, 1);
    expect(summary).toMatchObject({
      turns: { asked: 1 },
      pictures: { expected: 150, late: 6, missing: 8 },
      gaps: { count: 4, ms: 160, audioSeconds: 6 },
      cutOffs: { turns: 2, times: 2 },
      serverStages: [{ of: { count: 2 } }],
    });
  });
});

describe('the summary of interruptions', () => {
  const summary = summariseInterruptions(all)!;

  it('is none where there were none', () => {
    expect(summariseInterruptions([])).toBeNull();
  });

  it('tells of the questions only what they did to the answer, and what became of them', () => {
    expect(summary.questions).toMatchObject({
      asked: 4,
      cutOff: 3,
      heardRightly: 3,
      answered: 3,
      failures: { 'no sound within 15 s': 1, [missed]: 1 },
      still: { count: 3, p50: 241, max: 242 },
      cutOffMs: { count: 3, max: 532 },
      firstSound: { count: 2, max: 400 },
      staleFrames: 2,
      history: { count: 2, max: 1 },
      historyMissing: 1,
    });
  });

  it('tells of each noise how often it led to what', () => {
    expect(summary.noises).toMatchObject({ made: 4, cutOff: 1, held: 2, unnoticed: 1, moved: 1 });
    expect(summary.noises.heldMs).toMatchObject({ p50: 300, max: 500 });
    expect(summary.noises.by).toEqual({
      cough: { cut_off: 0, held: 0, unnoticed: 1 },
      yeah: { cut_off: 0, held: 2, unnoticed: 0 },
      okay: { cut_off: 1, held: 0, unnoticed: 0 },
    });
  });

  it('is a part of the table, with stages from a moment of their own', () => {
    const text = summaryTable(summarise({ ...nothing, interruptions: all }, 1));
    expect(text).toMatch(/ms from the first interrupting sound +n +p50.*\n +silent and still +3 +241\.0/);
    expect(text).toMatch(/first sound of its answer +2 +400\.0/);
    expect(text).toMatch(/interruptions +4: 3 cut the answer off, 3 heard rightly, 3 answered\n +1 x no sound/);
    expect(text).toMatch(/after the cut +2 frames/);
    expect(text).toMatch(/history +off by p50 0 ms, at most 1 ms, 1 not told/);
    expect(text).toMatch(/noises +4: 1 cut the answer off, 2 held it, 1 not noticed/);
    expect(text).toMatch(/stood still for p50 300 ms, at most 500 ms; 1 of 2 went on from the very sample/);
    expect(text).toMatch(/\n +yeah: 2 held\n/);
  });

  it('has no rows for what there was none of', () => {
    const text = summaryTable(summarise({ ...nothing, interruptions: all.slice(4) }, 1));
    expect(text).toMatch(/noises +4: /);
    expect(text).not.toMatch(/interrupt|history/);
  });

  it('is not in the table of a run without', () => {
    expect(summaryTable(summarise(nothing, 1))).not.toContain('interrupt');
  });
});
