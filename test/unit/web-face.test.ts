import { describe, expect, it } from 'vitest';
import { type Heard, heardAt } from '../../web-client/element/audible.js';
import { faceTally } from '../../web-client/element/counters.js';
import { advance, distance } from '../../web-client/element/idle-clock.js';
import { type Mouth, nextMouth, type PatchState, RESTING } from '../../web-client/element/mouth.js';
import { noteOutput, type Output, OutputClock } from '../../web-client/element/output-clock.js';
import { phaseOf } from '../../web-client/element/phase.js';
import type { Position } from '../../web-client/element/playout.js';
import { refreshClock } from '../../web-client/element/refresh.js';

describe('the idle clock', () => {
  it('runs at 25 pictures a second and leads from the last picture to the first', () => {
    const clock = advance({ at: 148, time: 10 }, 10.2, 150);
    expect(clock.at).toBeCloseTo(3, 6);
    expect(clock.time).toBe(10.2);
  });

  it('measures the short way round', () => {
    expect(distance(148, 2, 150)).toBe(4);
    expect(distance(2, 148, 150)).toBe(-4);
    expect(distance(7, 7, 150)).toBe(0);
  });

  it('steers to a picture ahead or behind by at most a fifth of its speed', () => {
    const second = (aim: number) => advance({ at: 50, time: 0 }, 1, 150, aim).at - 50;
    expect(second(70)).toBeCloseTo(30, 6);
    expect(second(30)).toBeCloseTo(20, 6);
    expect(second(50)).toBeCloseTo(25, 6);
    expect(second(53)).toBeGreaterThan(25);
    expect(second(53)).toBeLessThan(30);
  });
});

describe('the mouth', () => {
  const states = (known: Record<number, PatchState>) => (picture: number) => known[picture] ?? 'missing';
  const open: Mouth = { picture: 4, weight: 1, time: 1 };

  it('shows the patch that is due', () => {
    expect(nextMouth(open, 5, states({ 5: 'ready' }), 1.04)).toEqual({ picture: 5, weight: 1, time: 1.04 });
  });

  it('rests where the picture has no patch of its own', () => {
    expect(nextMouth(open, 5, states({ 5: 'bare' }), 1.04).picture).toBeUndefined();
  });

  it('keeps the last mouth for two missing pictures, then eases shut', () => {
    let mouth = nextMouth(open, 5, states({}), 1.04);
    mouth = nextMouth(mouth, 6, states({}), 1.08);
    expect(mouth).toMatchObject({ picture: 4, weight: 1 });
    mouth = nextMouth(mouth, 7, states({}), 1.12);
    expect(mouth.picture).toBe(4);
    expect(mouth.weight).toBeCloseTo(2 / 3, 6);
    mouth = nextMouth(mouth, 8, states({}), 1.16);
    mouth = nextMouth(mouth, 9, states({}), 1.21);
    expect(mouth).toMatchObject({ picture: undefined, weight: 0 });
  });

  it('eases shut within 120 ms when nothing sounds', () => {
    const half = nextMouth(open, undefined, states({ 4: 'ready' }), 1.06);
    expect(half.weight).toBeCloseTo(0.5, 6);
    expect(nextMouth(half, undefined, states({ 4: 'ready' }), 1.13).picture).toBeUndefined();
  });

  it('stays at rest when nothing was ever shown', () => {
    expect(nextMouth(RESTING, 3, states({}), 2).picture).toBeUndefined();
  });
});

const playing: Position = { response: 1, state: 'playing', played: 4800, from: 0, underruns: 0, time: 10 };

describe('what is heard', () => {
  it('is what was played, less what is still on its way to the loudspeaker', () => {
    expect(heardAt(playing, 9.97)).toMatchObject({ isSounding: true });
    expect(heardAt(playing, 9.97).samples).toBeCloseTo(4800 - 720, 6);
  });

  it('goes on between two positions, but not for ever', () => {
    expect(heardAt(playing, 10.02).samples).toBeCloseTo(5280, 6);
    expect(heardAt(playing, 15).samples).toBe(4800 + 6000);
  });

  it('does not sound before the first sample is out of the loudspeaker', () => {
    expect(heardAt({ ...playing, played: 128 }, 9.97)).toMatchObject({ samples: 0, isSounding: false });
  });

  it('after a pause does not fall back behind the sample at which it goes on', () => {
    expect(heardAt({ ...playing, from: 4672 }, 9.97)).toMatchObject({ samples: 4672, isSounding: false });
  });

  it('in a pause sounds until the last played sample is out', () => {
    const paused: Position = { ...playing, state: 'paused' };
    expect(heardAt(paused, 9.99)).toMatchObject({ isSounding: true });
    expect(heardAt(paused, 10.5)).toMatchObject({ samples: 4800, isSounding: false });
  });

  it('after a flush does not sound', () => {
    expect(heardAt({ ...playing, state: 'flushed' }, 9.99).isSounding).toBe(false);
  });
});

describe('the clock of what leaves the loudspeaker', () => {
  const seconds = (count: number) => Array.from({ length: count * 60 }, (_, frame) => frame / 60);

  it('is even although it is noted late now and then', () => {
    const clock = new OutputClock();
    seconds(4).forEach((at, frame) => {
      clock.note(100 + at, 5 + at + (frame % 4 === 0 ? 0.01 : 0));
      expect(clock.at(5 + at)).toBeCloseTo(100 + at, frame < 2 ? 1 : 6);
    });
  });

  it('follows a sound card that has run dry within a second', () => {
    const clock = new OutputClock();
    for (const at of seconds(2)) clock.note(100 + at, 5 + at);
    for (const at of seconds(1)) clock.note(102 + at - 0.02, 7 + at);
    expect(clock.at(8)).toBeCloseTo(102.98, 6);
  });

  it('follows at once when the sound was suspended', () => {
    const clock = new OutputClock();
    for (const at of seconds(2)) clock.note(100 + at, 5 + at);
    clock.note(102.5, 65);
    expect(clock.at(65)).toBeCloseTo(102.5, 6);
  });

  const told = (contextTime: number, performanceTime: number) => () => ({ contextTime, performanceTime });
  const late = { currentTime: 10, baseLatency: 0.02, outputLatency: 0.03 };

  it('goes by what the browser says of its loudspeaker', () => {
    const clock = new OutputClock();
    noteOutput(clock, { ...late, getOutputTimestamp: told(9.95, 4990) }, 5);
    expect(clock.at(5)).toBeCloseTo(9.96, 6);
  });

  it.each<[string, Output, number]>([
    ['says nothing of its loudspeaker', late, 9.96],
    ['has not begun to sound', { ...late, getOutputTimestamp: told(0, 0) }, 9.96],
    ['gives times of another clock', { ...late, getOutputTimestamp: told(9.95, 1.7e12) }, 9.96],
    ['is heard before it has played', { ...late, getOutputTimestamp: told(11, 4990) }, 9.96],
    ['says nothing of the way to it', { currentTime: 10, baseLatency: 0.02 }, 9.97],
    ['says nothing at all', { currentTime: 10 }, 10],
  ])('reckons where a browser %s', (_, output, heard) => {
    const clock = new OutputClock();
    noteOutput(clock, output, 5);
    expect(clock.at(5)).toBeCloseTo(heard, 6);
  });
});

describe('the screen', () => {
  it('shows what is drawn at its next refresh, whatever the page has missed before', () => {
    const refreshAfter = refreshClock();
    let at = 0;
    for (let frame = 0; frame < 60; frame += 1) {
      at += frame % 2 === 0 ? 8 : 16;
      refreshAfter(at, at + 1);
    }
    expect(refreshAfter(at + 8, at + 9)).toEqual({ at: at + 16, lasts: 8 });
    // Whoever is longer about it than a refresh lasts is seen with the one behind that.
    expect(refreshAfter(at + 16, at + 25).at).toBe(at + 32);
  });

  it('is taken for a usual one until its refreshes were counted', () => {
    const first = refreshClock()(100, 101);
    expect(first.at).toBeCloseTo(100 + 1000 / 60, 6);
    expect(first.lasts).toBeCloseTo(1000 / 60, 6);
  });
});

describe('the phase of the face', () => {
  const heard = (over: Partial<Heard>): Heard => ({
    response: 2,
    state: 'playing',
    samples: 0,
    isSounding: false,
    ...over,
  });
  const reply = { response: 2, base: 40, last: undefined };

  it('is idle without a reply, and awaits one that was announced', () => {
    expect(phaseOf(undefined, heard({}))).toEqual({ kind: 'idle' });
    expect(phaseOf(reply, heard({ response: 1, state: 'ended' }))).toEqual({ kind: 'awaiting', base: 40 });
    expect(phaseOf(reply, heard({ state: 'buffering' }))).toEqual({ kind: 'awaiting', base: 40 });
  });

  it('shows picture n during the samples from 960 n on', () => {
    expect(phaseOf(reply, heard({ samples: 959, isSounding: true }))).toEqual({ kind: 'speaking', picture: 0 });
    expect(phaseOf(reply, heard({ samples: 960, isSounding: true }))).toEqual({ kind: 'speaking', picture: 1 });
  });

  it('holds its picture in a pause and in an underrun', () => {
    const spoken = { ...reply, last: 7 };
    expect(phaseOf(spoken, heard({ state: 'paused' }))).toEqual({ kind: 'holding', picture: 7 });
    expect(phaseOf(spoken, heard({ state: 'buffering' }))).toEqual({ kind: 'holding', picture: 7 });
  });

  it('is idle after the end, a flush, and when a newer reply took its place', () => {
    const spoken = { ...reply, last: 7 };
    expect(phaseOf(spoken, heard({ state: 'ended' }))).toEqual({ kind: 'idle' });
    expect(phaseOf(spoken, heard({ state: 'flushed' }))).toEqual({ kind: 'idle' });
    expect(phaseOf(spoken, heard({ response: 3 }))).toEqual({ kind: 'idle' });
  });
});

describe('the tally of the face', () => {
  it('counts, and gives percentiles of the skew', () => {
    const tally = faceTally();
    for (let skew = 1; skew <= 100; skew += 1) tally.showed(skew);
    tally.missed(2);
    tally.cameLate();
    expect(tally.counters).toEqual({ shown: 100, late: 1, missing: 2, skew: { last: 100, p50: 51, p99: 100 } });
  });

  it('tells the skew of what was shown since it was asked, once', () => {
    const tally = faceTally();
    expect(tally.takeSkew()).toBeNull();
    for (const skew of [4, -9.04, 3]) tally.showed(skew);
    expect(tally.takeSkew()).toEqual({ mean: -0.7, worst: -9 });
    expect(tally.takeSkew()).toBeNull();
    tally.showed(2);
    expect(tally.takeSkew()).toEqual({ mean: 2, worst: 2 });
  });
});
