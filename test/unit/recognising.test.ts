/** The tries at one turn: which of them hears what, and which of them is asked. */
import { describe, expect, it } from 'vitest';
import { type RecognisingTools, recognise } from '../../src/conversation/recognising.js';
import type { Attempt, Heard } from '../../src/conversation/transcribing.js';
import { tellingStt } from '../fixtures/engines.js';

const PIECE = new Int16Array(512);

/** A turn of which so many pieces have been heard when a try begins; each try keeps what became of it. */
function open(options: { mayBeAskedAhead: boolean }) {
  let heardSoFar = 0;
  const tries: { pieces: number; ended: number; dropped: number; answer(heard: Heard): void; fail(): void }[] = [];
  const attempts: Attempt[] = [];
  const attempt: RecognisingTools['attempt'] = () => {
    let answer = (_: Heard) => {};
    let fail = (_: Error) => {};
    const heard = new Promise<Heard>((resolve, reject) => {
      answer = resolve;
      fail = reject;
    });
    const state = { pieces: heardSoFar, ended: 0, dropped: 0, answer, fail: () => fail(new Error('out of order')) };
    tries.push(state);
    const one: Attempt = {
      hear() {
        state.pieces += 1;
      },
      end() {
        state.ended += 1;
      },
      drop() {
        state.dropped += 1;
      },
      heard,
      grows() {},
      tookMs: () => null,
      knownForMs: () => null,
    };
    attempts.push(one);
    return one;
  };
  const stt = { ...tellingStt('').engine, ...options };
  const recognising = recognise({ stt, attempt, overheard() {} });
  return {
    ...{ recognising, tries, attempts },
    /** As many pieces of the turn. */
    hear(pieces: number) {
      for (let piece = 0; piece < pieces; piece += 1) {
        heardSoFar += 1;
        recognising.hear(PIECE);
      }
    },
    fates: () => tries.map(({ pieces, ended, dropped }) => ({ pieces, ended, dropped })),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the tries at a turn', () => {
  it('one hears it all, and is asked in the pause', () => {
    const { recognising, hear, attempts, fates } = open({ mayBeAskedAhead: false });
    hear(3);
    recognising.askAhead();
    hear(1);
    expect(recognising.ask()).toBe(attempts[0]);
    expect(fates()).toEqual([{ pieces: 4, ended: 1, dropped: 0 }]);
  });

  it('one that was asked ahead takes the place of the one that heard it', () => {
    const { recognising, hear, attempts, fates } = open({ mayBeAskedAhead: true });
    hear(3);
    recognising.askAhead();
    expect(fates()).toEqual([
      { pieces: 3, ended: 0, dropped: 0 },
      { pieces: 3, ended: 1, dropped: 0 },
    ]);
    hear(1);
    expect(recognising.ask()).toBe(attempts[1]);
    expect(recognising.end()).toBe(attempts[1]);
    expect(fates()).toEqual([
      { pieces: 4, ended: 0, dropped: 1 },
      { pieces: 3, ended: 1, dropped: 0 },
    ]);
  });

  it('one that was asked ahead is dropped where the silence was none, and the first one hears on', () => {
    const { recognising, hear, attempts, fates } = open({ mayBeAskedAhead: true });
    hear(3);
    recognising.askAhead();
    recognising.forget();
    hear(2);
    expect(recognising.ask()).toBe(attempts[0]);
    expect(fates()).toEqual([
      { pieces: 5, ended: 1, dropped: 0 },
      { pieces: 3, ended: 1, dropped: 1 },
    ]);
  });

  it('one that was asked ahead of a pause in which nobody was asked is dropped when the voice goes on', () => {
    const { recognising, hear, fates } = open({ mayBeAskedAhead: true });
    hear(3);
    recognising.askAhead();
    recognising.goOn();
    expect(fates()).toEqual([
      { pieces: 3, ended: 0, dropped: 1 },
      { pieces: 3, ended: 1, dropped: 1 },
      { pieces: 3, ended: 0, dropped: 0 },
    ]);
  });

  it('one that was asked ahead and has failed does not stand for the turn', async () => {
    const { recognising, hear, attempts, tries } = open({ mayBeAskedAhead: true });
    hear(3);
    recognising.askAhead();
    tries[1]!.fail();
    await turn();
    expect(recognising.ask()).toBe(attempts[0]);
    expect(tries[0]!.ended).toBe(1);
  });

  it('one of an earlier silence that fails late does not take the newer one with it', async () => {
    const { recognising, hear, attempts, tries } = open({ mayBeAskedAhead: true });
    hear(3);
    recognising.askAhead();
    recognising.forget();
    hear(3);
    recognising.askAhead();
    tries[1]!.fail();
    await turn();
    expect(recognising.ask()).toBe(attempts[2]);
  });

  it('where the turn goes on, a new one hears it from its beginning', () => {
    const { recognising, hear, attempts, fates } = open({ mayBeAskedAhead: true });
    hear(3);
    recognising.askAhead();
    recognising.ask();
    hear(2);
    recognising.goOn();
    hear(4);
    expect(recognising.end()).toBe(attempts[2]);
    expect(fates()).toEqual([
      { pieces: 3, ended: 0, dropped: 1 },
      { pieces: 3, ended: 1, dropped: 1 },
      { pieces: 9, ended: 1, dropped: 0 },
    ]);
  });

  it('leaves none behind', () => {
    const { recognising, hear, tries } = open({ mayBeAskedAhead: true });
    hear(3);
    recognising.askAhead();
    recognising.drop();
    expect(tries.map(({ dropped }) => dropped)).toEqual([1, 1]);
  });
});
