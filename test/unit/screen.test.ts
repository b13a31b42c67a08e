import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { noLimits } from '../../src/conversation/allowance.js';
import { everyFrame } from '../../src/conversation/frame-clock.js';
import type { House } from '../../src/conversation/house.js';
import { openScreen } from '../../src/conversation/screen.js';
import { runSession } from '../../src/conversation/session.js';
import { INTERRUPTING } from '../../src/conversation/turn-rules.js';
import type { ShownPicture } from '../fixtures/caller.js';
import { testCaller } from '../fixtures/caller.js';
import {
  noStandby,
  plainAvatar,
  plainFace,
  plainPictures,
  silentLog,
  steadyTts,
  tellingLlm,
} from '../fixtures/engines.js';

/** 60 characters of 20 ms: 1.2 s, 30 pictures. */
const ANSWER = 'The lighthouse stood on a very small island in the far west.';

interface Options {
  readonly reportsPlayback?: boolean;
  readonly face?: House['engines']['face'];
  readonly hasFace?: boolean;
  readonly composed?: typeof plainPictures.composed;
}

function open({ reportsPlayback = false, face = plainFace(), hasFace = true, composed }: Options = {}) {
  const caller = testCaller({ reportsPlayback, pictures: 'frames' });
  const url = { url: '/p', bytes: 1, sha256: 'ab' };
  const house: House = {
    engines: { llm: tellingLlm(() => [ANSWER]).engine, tts: steadyTts().engine, face: hasFace ? face : null },
    hearing: null,
    voices: ['ada'],
    language: 'en-US',
    presenter: {
      id: 'plain',
      instructions: 'Be kind.',
      voice: 'ada',
      otherVoices: [],
      face: hasFace
        ? {
            avatar: plainAvatar,
            announcement: { id: 'plain', name: 'Plain', pack: url, width: 512, height: 512, fps: 25, frames: 150 },
            pictures: { ...plainPictures, composed: composed ?? plainPictures.composed },
          }
        : null,
    },
    presenters: new Map(),
    standby: noStandby,
    speculation: 'full',
    interrupting: INTERRUPTING,
    fillerAfterMs: null,
    limits: noLimits,
    log: silentLog,
    now: () => performance.now(),
  };
  const ended = runSession(caller.caller, house);
  return { ...caller, ended };
}

const ofResponse = (pictures: readonly ShownPicture[], number: number) =>
  pictures.filter(({ response }) => response === number);

/** What is seen in a row: each base picture is the one before, held, or the next one. */
function expectNoJump(bases: readonly number[]) {
  const steps = bases.slice(1).map((base, at) => (base + 150 - bases[at]!) % 150);
  expect(steps.filter((step) => step > 1)).toEqual([]);
}

describe('whole pictures', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('R40 come every 40 ms while nobody speaks, as they are in the pack', async () => {
    const composed = vi.fn(plainPictures.composed);
    const caller = open({ composed });
    await vi.advanceTimersByTimeAsync(1);
    expect(caller.types().at(-1)).toBe('avatar.state');
    expect(caller.wholePictures).toEqual([{ response: 0, position: 0, base: 0, jpeg: new Uint8Array([0]) }]);
    await vi.advanceTimersByTimeAsync(7000);
    const numbers = Array.from({ length: 176 }, (_, index) => index);
    expect(caller.wholePictures.map(({ position }) => position)).toEqual(numbers.map((index) => index * 960));
    expect(caller.wholePictures.map(({ base }) => base)).toEqual(numbers.map((index) => index % 150));
    expect(composed).not.toHaveBeenCalled();
    caller.leave();
  });

  it('R40 are those of the answer while it sounds, one for each 40 ms of it', async () => {
    const caller = open();
    await vi.advanceTimersByTimeAsync(410);
    caller.ask('Hello');
    await vi.advanceTimersByTimeAsync(2000);
    const answer = ofResponse(caller.wholePictures, 1);
    expect(answer.map(({ position }) => position)).toEqual(caller.audio.map(({ position }) => position));
    expect(answer.length).toBe(30);
    expect(answer.every(({ base, jpeg }) => jpeg[0] === base && jpeg[1] === 1)).toBe(true);
    const during = caller.wholePictures.slice(
      caller.wholePictures.indexOf(answer[0]!),
      caller.wholePictures.indexOf(answer.at(-1)!),
    );
    expect(during.every(({ response }) => response === 1)).toBe(true);
    expect(caller.pictures).toEqual([]);
    caller.leave();
  });

  it('R41 follow on one another without a jump, from the loop to the answer and back', async () => {
    const caller = open();
    await vi.advanceTimersByTimeAsync(410);
    for (const number of [1, 2]) {
      caller.ask('Hello');
      await vi.advanceTimersByTimeAsync(1500);
      expect(ofResponse(caller.wholePictures, number).length).toBe(30);
    }
    expectNoJump(caller.wholePictures.map(({ base }) => base));
    caller.leave();
  });

  it('R41 of the next answer wait until the last one has been heard, also by a caller who does not report', async () => {
    const caller = open();
    await vi.advanceTimersByTimeAsync(410);
    caller.ask('Hello');
    await vi.advanceTimersByTimeAsync(900);
    expect(caller.types()).toContain('response.done');
    caller.ask('And then?');
    await vi.advanceTimersByTimeAsync(200);
    expect(ofResponse(caller.wholePictures, 2)).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(ofResponse(caller.wholePictures, 2).length).toBe(30);
    expectNoJump(caller.wholePictures.map(({ base }) => base));
    caller.leave();
  });

  it('R41 wait for an answer whose first picture takes long, and do not run past it', async () => {
    const caller = open({ face: plainFace({ delayMs: 30 }), reportsPlayback: true });
    await vi.advanceTimersByTimeAsync(410);
    caller.ask('Hello');
    await vi.advanceTimersByTimeAsync(300);
    const [first] = ofResponse(caller.wholePictures, 1);
    const idle = ofResponse(caller.wholePictures, 0).map(({ base }) => base);
    expect(first!.base).toBe(idle.at(-1)! + 1);
    expect(idle.at(-2)).toBe(idle.at(-1));
    expectNoJump(idle);
    caller.leave();
  });

  it('R41 go on behind the last of an answer, also when the clock missed its end', async () => {
    const { caller, wholePictures, leave } = testCaller({ pictures: 'frames' });
    let heard = 0;
    const answer = { number: 1, sent: 9600, playhead: { heard: () => heard } };
    let onAir: typeof answer | null = null;
    const now = () => performance.now();
    const screen = openScreen({ caller, pictures: plainPictures, onAir: () => onAir, now });
    await vi.advanceTimersByTimeAsync(1);
    const first = screen.base();
    onAir = answer;
    for (let index = 0; index < 10; index++) screen.show(1, { index, base: first + index, patch: null });
    heard = 480;
    await vi.advanceTimersByTimeAsync(40);
    heard = 9600;
    onAir = null;
    await vi.advanceTimersByTimeAsync(40);
    expect(wholePictures.map(({ base }) => base)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    leave();
  });

  it('R41 of an answer are left out that come when their sound has been heard', async () => {
    const { caller, wholePictures, leave } = testCaller({ pictures: 'frames' });
    let heard = 0;
    const answer = { number: 1, sent: 9600, playhead: { heard: () => heard } };
    let onAir: typeof answer | null = null;
    const now = () => performance.now();
    const screen = openScreen({ caller, pictures: plainPictures, onAir: () => onAir, now });
    await vi.advanceTimersByTimeAsync(1);
    const first = screen.base();
    onAir = answer;
    for (let index = 0; index < 10; index++) {
      heard = Math.min(5, index + 1) * 960;
      await vi.advanceTimersByTimeAsync(40);
      // The face begins when five frames have been heard.
      const behind = index < 4 ? [] : index === 4 ? [0, 1, 2, 3, 4] : [index];
      for (const late of behind) screen.show(1, { index: late, base: first + late, patch: null });
    }
    expect(ofResponse(wholePictures, 1).map(({ position }) => position / 960)).toEqual([4, 5, 6, 7, 8, 9]);
    expectNoJump(wholePictures.slice(0, 7).map(({ base }) => base));
    leave();
  });

  it('R42 show the held base picture with its mouth at rest while the caller has paused', async () => {
    const caller = open({ reportsPlayback: true });
    caller.ask('Hello');
    await caller.next('avatar.response');
    caller.report(1, 0, 'playing');
    await vi.advanceTimersByTimeAsync(500);
    caller.report(1, 500, 'paused');
    await vi.advanceTimersByTimeAsync(40);
    const before = caller.wholePictures.length;
    await vi.advanceTimersByTimeAsync(400);
    const held = caller.wholePictures.slice(before);
    const { base } = ofResponse(caller.wholePictures, 1)[12]!;
    expect(held.length).toBe(10);
    expect(held.every((picture) => picture.response === 0 && picture.base === base)).toBe(true);
    expect(held.every(({ jpeg }) => jpeg.length === 1)).toBe(true);
    caller.report(1, 500, 'playing');
    await vi.advanceTimersByTimeAsync(60);
    const resumed = caller.wholePictures.length;
    await vi.advanceTimersByTimeAsync(200);
    expect(ofResponse(caller.wholePictures.slice(resumed), 0)).toEqual([]);
    caller.leave();
  });

  it('R42 are none of the answer’s after avatar.flush; the loop goes on from where it was', async () => {
    const caller = open();
    caller.ask('Hello');
    await caller.next('avatar.response');
    await vi.advanceTimersByTimeAsync(500);
    caller.say({ type: 'response.cancel' });
    await caller.next('avatar.flush');
    const before = caller.wholePictures.length;
    const seen = ofResponse(caller.wholePictures, 1)[12]!.base;
    await vi.advanceTimersByTimeAsync(400);
    const after = caller.wholePictures.slice(before);
    expect(after.length).toBe(10);
    expect(after.every(({ response, jpeg }) => response === 0 && jpeg.length === 1)).toBe(true);
    expect(Math.abs(after[0]!.base - seen)).toBeLessThanOrEqual(1);
    expectNoJump(after.map(({ base }) => base));
    caller.leave();
  });

  it('R43 leave at most 400 ms ahead, with their audio, also to a caller who does not report', async () => {
    const caller = open();
    caller.ask('Hello');
    await caller.next('avatar.response');
    await vi.advanceTimersByTimeAsync(200);
    expect(caller.audio.length).toBeLessThanOrEqual(15);
    expect(ofResponse(caller.wholePictures, 1).length).toBe(caller.audio.length);
    await vi.advanceTimersByTimeAsync(1500);
    expect(caller.audio.length).toBe(30);
    caller.leave();
  });

  it('R40 go on over an answer whose face has failed', async () => {
    const caller = open({ face: plainFace({ fail: new Error('no face') }) });
    caller.ask('Hello');
    await caller.next('avatar.response');
    const before = caller.wholePictures.length;
    await vi.advanceTimersByTimeAsync(400);
    const idle = caller.wholePictures.slice(before).map(({ base }) => base);
    expect(idle.length).toBeGreaterThanOrEqual(10);
    expect(idle).toEqual(idle.map((_, index) => (idle[0]! + index) % 150));
    caller.leave();
  });

  it('are told not to come, once, where there is no face', async () => {
    const caller = open({ hasFace: false });
    caller.ask('Hello');
    await vi.advanceTimersByTimeAsync(1500);
    const errors = caller.events.filter((event) => event.type === 'error');
    expect(errors.map(({ error }) => error.code)).toEqual(['cannot_show']);
    expect(caller.wholePictures).toEqual([]);
    expect(caller.audio.length).toBe(30);
    caller.leave();
  });

  it('end with their caller, and leave no timer behind', async () => {
    const caller = open();
    await vi.advanceTimersByTimeAsync(100);
    expect(vi.getTimerCount()).toBe(1);
    caller.leave();
    await caller.ended;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the clock of whole pictures', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('ends with a signal that aborts in a tick, as when a picture is one too many for its reader', async () => {
    const gone = new AbortController();
    const ticks: number[] = [];
    everyFrame(
      () => Date.now(),
      gone.signal,
      (frame) => {
        ticks.push(frame);
        gone.abort();
      },
    );
    await vi.advanceTimersByTimeAsync(200);
    expect(ticks).toEqual([0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves out what was missed, and does not drift', async () => {
    // The clock that is read stands beside the timers, so that a tick can be late.
    let late = 0;
    let fired = 0;
    const gone = new AbortController();
    const ticks: number[] = [];
    const now = () => fired + late;
    everyFrame(now, gone.signal, (frame) => {
      ticks.push(frame);
      if (frame === 3) late += 130;
    });
    for (; fired < 400; fired += 1) await vi.advanceTimersByTimeAsync(1);
    expect(ticks).toEqual([0, 1, 2, 3, 7, 8, 9, 10, 11, 12, 13]);
    gone.abort();
    expect(vi.getTimerCount()).toBe(0);
  });
});
