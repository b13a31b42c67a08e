import { describe, expect, it } from 'vitest';
import { Playout } from '../../web-client/element/playout.js';

const QUANTUM = 128;
const MS = 24;

/** Samples whose value is their position, so that every one can be recognised. */
const ramp = (position: number, length: number) =>
  Int16Array.from({ length }, (_, at) => ((position + at) % 30_000) + 1);
const flat = (length: number) => new Int16Array(length).fill(16_384);

function begun(response = 1): Playout {
  const playout = new Playout();
  playout.command({ kind: 'begin', response });
  return playout;
}

function pull(playout: Playout, quanta = 1): number[] {
  const out = new Float32Array(QUANTUM);
  const all: number[] = [];
  for (let count = 0; count < quanta; count += 1) {
    playout.pull(out);
    all.push(...out);
  }
  return all;
}

const asSamples = (sound: readonly number[]) => sound.map((value) => Math.round(value * 32_768));
const expected = (position: number, length: number) => [...ramp(position, length)];

describe('the playout', () => {
  it('starts when 80 ms are there, not before', () => {
    const playout = begun();
    playout.command({ kind: 'audio', response: 1, position: 0, samples: flat(80 * MS - 1) });
    expect(pull(playout).every((value) => value === 0)).toBe(true);
    expect(playout.status).toMatchObject({ state: 'buffering', played: 0 });
    playout.command({ kind: 'audio', response: 1, position: 80 * MS - 1, samples: flat(1) });
    expect(pull(playout).every((value) => value === 0.5)).toBe(true);
    expect(playout.status).toMatchObject({ state: 'playing', played: QUANTUM });
  });

  it('starts at once when the end is known, plays every sample in order, and ends', () => {
    const playout = begun();
    playout.command({ kind: 'audio', response: 1, position: 0, samples: ramp(0, 300) });
    playout.command({ kind: 'audio', response: 1, position: 300, samples: ramp(300, 100) });
    playout.command({ kind: 'end', response: 1, position: 400 });
    const sound = asSamples(pull(playout, 4));
    expect(sound.slice(0, 400)).toEqual(expected(0, 400));
    expect(playout.status).toMatchObject({ state: 'ended', played: 400, underruns: 0 });
  });

  it('ends a reply without any audio', () => {
    const playout = begun();
    playout.command({ kind: 'end', response: 1, position: 0 });
    pull(playout);
    expect(playout.status).toMatchObject({ state: 'ended', played: 0 });
  });

  it('plays a gap as silence and leaves out what comes twice, so that positions stay true', () => {
    const playout = begun();
    playout.command({ kind: 'audio', response: 1, position: 0, samples: ramp(0, 100) });
    playout.command({ kind: 'audio', response: 1, position: 50, samples: ramp(50, 100) });
    playout.command({ kind: 'audio', response: 1, position: 200, samples: ramp(200, 56) });
    playout.command({ kind: 'end', response: 1, position: 256 });
    const sound = asSamples(pull(playout, 2));
    expect(sound.slice(0, 150)).toEqual(expected(0, 150));
    expect(sound.slice(150, 200)).toEqual(new Array(50).fill(0));
    expect(sound.slice(200, 256)).toEqual(expected(200, 56));
  });

  it('holds in an underrun, asks for more before it goes on, and skips nothing', () => {
    const playout = begun();
    playout.command({ kind: 'audio', response: 1, position: 0, samples: ramp(0, 80 * MS) });
    pull(playout, 15);
    expect(playout.status).toMatchObject({ state: 'playing', underruns: 0 });
    pull(playout, 2);
    expect(playout.status).toMatchObject({ state: 'buffering', played: 80 * MS, underruns: 1 });
    expect(playout.buffer).toBe(120 * MS);

    playout.command({ kind: 'audio', response: 1, position: 80 * MS, samples: ramp(80 * MS, 100 * MS) });
    pull(playout);
    expect(playout.status).toMatchObject({ state: 'buffering', played: 80 * MS });
    playout.command({ kind: 'audio', response: 1, position: 180 * MS, samples: ramp(180 * MS, 20 * MS) });
    const sound = asSamples(pull(playout, 2));
    expect(playout.status).toMatchObject({ state: 'playing', from: 80 * MS, played: 80 * MS + 2 * QUANTUM });
    // After the 5 ms in which it fades in, each sample is the one that belongs there.
    expect(sound.slice(120)).toEqual(expected(80 * MS + 120, 2 * QUANTUM - 120));
  });

  it('never buffers more than 250 ms, and less again after replies without an underrun', () => {
    const playout = new Playout();
    for (let response = 1; response <= 6; response += 1) {
      playout.command({ kind: 'begin', response });
      playout.command({ kind: 'audio', response, position: 0, samples: flat(250 * MS) });
      pull(playout, 60);
    }
    expect(playout.status.underruns).toBe(6);
    expect(playout.buffer).toBe(250 * MS);
    for (let response = 7; response < 40; response += 1) {
      playout.command({ kind: 'begin', response });
      playout.command({ kind: 'audio', response, position: 0, samples: flat(240) });
      playout.command({ kind: 'end', response, position: 240 });
      pull(playout, 3);
    }
    expect(playout.buffer).toBe(60 * MS);
  });

  it('is silent within one audio quantum of a flush, fades instead of clicking, and takes no more of that response', () => {
    const playout = begun();
    playout.command({ kind: 'audio', response: 1, position: 0, samples: flat(400 * MS) });
    pull(playout, 10);
    playout.command({ kind: 'flush', response: 1 });
    const fade = pull(playout);
    expect(playout.status).toMatchObject({ state: 'flushed', played: 10 * QUANTUM + 120 });
    for (let at = 1; at < fade.length; at += 1) {
      expect(Math.abs((fade[at] as number) - (fade[at - 1] as number))).toBeLessThan(0.03);
    }
    playout.command({ kind: 'audio', response: 1, position: 400 * MS, samples: flat(400 * MS) });
    expect(Math.max(...pull(playout, 20))).toBeLessThan(0.001);
    expect(playout.status).toMatchObject({ state: 'flushed', played: 10 * QUANTUM + 120 });
  });

  it('pauses within one quantum and goes on at exactly that sample, or the earlier one that it is told', () => {
    const playout = begun();
    playout.command({ kind: 'audio', response: 1, position: 0, samples: ramp(0, 400 * MS) });
    pull(playout, 10);
    playout.command({ kind: 'pause', response: 1 });
    pull(playout, 5);
    const paused = playout.status.played;
    expect(playout.status).toMatchObject({ state: 'paused', played: 10 * QUANTUM + 120 });

    const places = [
      { told: paused, position: paused },
      { told: paused + 4800, position: paused + 256 + 120 },
      { told: paused - 480, position: paused - 480 },
    ];
    for (const { told, position } of places) {
      playout.command({ kind: 'resume', response: 1, position: told });
      const sound = asSamples(pull(playout, 2));
      expect(playout.status).toMatchObject({ state: 'playing', from: position, played: position + 2 * QUANTUM });
      expect(sound.slice(120)).toEqual(expected(position + 120, 2 * QUANTUM - 120));
      playout.command({ kind: 'pause', response: 1 });
      pull(playout, 2);
    }
  });

  it('pauses before the first sound too', () => {
    const playout = begun();
    playout.command({ kind: 'pause', response: 1 });
    playout.command({ kind: 'audio', response: 1, position: 0, samples: flat(200 * MS) });
    expect(Math.max(...pull(playout, 4))).toBe(0);
    playout.command({ kind: 'resume', response: 1, position: 0 });
    expect(pull(playout).every((value) => value === 0.5)).toBe(true);
  });

  it('drops what belongs to an older response, and everything of it when a newer one begins', () => {
    const playout = begun(3);
    playout.command({ kind: 'audio', response: 3, position: 0, samples: flat(400 * MS) });
    pull(playout);
    playout.command({ kind: 'begin', response: 4 });
    playout.command({ kind: 'begin', response: 2 });
    playout.command({ kind: 'audio', response: 3, position: 400 * MS, samples: flat(400 * MS) });
    playout.command({ kind: 'end', response: 3, position: 800 * MS });
    playout.command({ kind: 'flush', response: 3 });
    expect(Math.max(...pull(playout, 4).slice(QUANTUM))).toBeLessThan(0.01);
    expect(playout.status).toMatchObject({ response: 4, state: 'buffering', played: 0 });
  });

  it('counts responses from the start again after a reset', () => {
    const playout = begun(9);
    playout.command({ kind: 'reset' });
    expect(playout.status).toMatchObject({ response: -1, state: 'idle' });
    playout.command({ kind: 'begin', response: 0 });
    expect(playout.status).toMatchObject({ response: 0, state: 'buffering' });
  });

  it('keeps at most 30 s, whatever is sent', () => {
    const playout = begun();
    playout.command({ kind: 'audio', response: 1, position: 0, samples: flat(1000) });
    playout.command({ kind: 'audio', response: 1, position: 4_000_000_000, samples: flat(1000) });
    playout.command({ kind: 'end', response: 1, position: 4_000_001_000 });
    pull(playout, 10);
    expect(playout.status).toMatchObject({ state: 'ended', played: 1000 });

    playout.command({ kind: 'begin', response: 2 });
    for (let second = 0; second < 40; second += 1) {
      playout.command({ kind: 'audio', response: 2, position: second * 24_000, samples: flat(24_000) });
    }
    playout.command({ kind: 'end', response: 2, position: 40 * 24_000 });
    pull(playout, 41 * 188);
    expect(playout.status).toMatchObject({ state: 'ended', played: 30 * 24_000 });
  });

  it('forgets what was played, so that a long answer fits', () => {
    const playout = begun();
    const seconds = 60;
    for (let second = 0; second < seconds; second += 1) {
      playout.command({ kind: 'audio', response: 1, position: second * 24_000, samples: flat(24_000) });
      pull(playout, 187);
    }
    playout.command({ kind: 'end', response: 1, position: seconds * 24_000 });
    pull(playout, 200);
    expect(playout.status).toMatchObject({ state: 'ended', played: seconds * 24_000, underruns: 0 });
  });
});
