import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { HEARING_RATE } from '../../src/audio/pcm.js';
import { type Judged, judge } from '../../src/bench/endings/judging.js';
import { scoreEndings } from '../../src/bench/endings/scoring.js';
import { endingsTable } from '../../src/bench/endings/table.js';
import { loadUtterances } from '../../src/bench/endings/utterances.js';
import { voicedRange } from '../../src/bench/voiced.js';
import { INTERRUPTING, turnRules } from '../../src/conversation/turn-rules.js';
import { VAD_FRAME_SAMPLES } from '../../src/engines/contract.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const rules = turnRules(
  { type: 'semantic_vad', eagerness: 'auto', create_response: true, interrupt_response: true },
  { speculates: true, holds: true, interrupting: INTERRUPTING },
);
const FRAME_MS = 32;

/** Somebody says these, each for 640 ms, with such pauses between them; the detector is right about every frame. */
function spoken(...steps: readonly (string | number)[]): Judged {
  const speech: number[] = Array(10).fill(0);
  const parts = steps.flatMap((step) => {
    if (typeof step === 'number') {
      speech.push(...Array(Math.round(step / FRAME_MS)).fill(0));
      return [];
    }
    const from = speech.length * VAD_FRAME_SAMPLES;
    speech.push(...Array(20).fill(1));
    return [{ text: step, from, to: speech.length * VAD_FRAME_SAMPLES }];
  });
  speech.push(...Array(80).fill(0));
  return { samples: new Int16Array(speech.length * VAD_FRAME_SAMPLES), speech, parts };
}

describe('the score of turn endings', () => {
  it('waits 280 ms behind whole words, and knows them in time', () => {
    expect(judge(spoken('what time is it'), rules, 100)).toEqual({ kind: 'ended', afterMs: 9 * FRAME_MS });
  });

  it('waits for the words if they come late', () => {
    expect(judge(spoken('what time is it'), rules, 500)).toEqual({ kind: 'ended', afterMs: 17 * FRAME_MS });
  });

  it('gives somebody who has not finished the time to', () => {
    const asked = spoken('could you tell me', 800, 'the time');
    expect(judge(asked, rules, 100)).toEqual({ kind: 'ended', afterMs: 9 * FRAME_MS });
  });

  it('sees who is cut off', () => {
    expect(judge(spoken('could you tell me', 1400, 'the time'), rules, 100)).toEqual({ kind: 'cut_off' });
    expect(judge(spoken('it is late', 500, 'what time is it'), rules, 100)).toEqual({ kind: 'cut_off' });
  });

  it('counts those who are cut off, and the waiting of the others', () => {
    const score = scoreEndings([spoken('what time is it'), spoken('it is late', 500, 'what time is it')]);
    expect(score).toMatchObject({ utterances: 2, pauses: 1 });
    expect(score.chosen).toMatchObject({ waitMs: 280, cutOff: 1, delay: { count: 1, p50: 9 * FRAME_MS } });
    const patient = score.words.find(({ waitMs }) => waitMs === 600)!;
    expect(patient).toMatchObject({ cutOff: 0, delay: { count: 2 } });
    expect(score.silence.find(({ waitMs }) => waitMs === 500)).toMatchObject({ cutOff: 1 });
    expect(endingsTable(score)).toContain('50 %');
  });

  it('says so where everybody is cut off', () => {
    const table = endingsTable(scoreEndings([spoken('it is late', 500, 'what time is it')]));
    expect(table).toMatch(/280 +100 % +- +-/);
  });
});

describe('the scripted utterances', () => {
  const utterances = loadUtterances(ROOT);

  it('are there, some with pauses and some without', () => {
    expect(utterances.length).toBeGreaterThanOrEqual(40);
    expect(utterances.some(({ parts }) => parts.length === 1)).toBe(true);
    expect(utterances.some(({ parts }) => parts.length === 3)).toBe(true);
  });

  it('begin and end where their voices do, and pause as long as they say', () => {
    for (const { samples, parts } of utterances) {
      for (const { from, to } of parts) {
        const voiced = voicedRange(samples.subarray(from, to), HEARING_RATE);
        expect(voiced.from).toBeLessThan(HEARING_RATE / 50);
        expect(to - from - voiced.to).toBeLessThan(HEARING_RATE / 50);
      }
      const silence = samples.subarray(parts.at(-1)!.to);
      expect(silence.every((sample) => sample === 0)).toBe(true);
      expect(silence.length).toBeGreaterThanOrEqual(2 * HEARING_RATE);
    }
  });
});
