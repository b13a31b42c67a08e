/** What every engine that hears turn ends promises (src/engines/contract.ts). One file per engine runs this over its own. */
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HEARING_RATE, msToSamples } from '../../src/audio/pcm.js';
import type { EndOfTurnEngine, EngineContext } from '../../src/engines/contract.js';
import { ParleyError } from '../../src/errors.js';
import { saw, silence } from '../fixtures/turn-model/sounds.js';
import { promptly } from './promptly.js';

const never = new AbortController().signal;

/** Each name is another caller. */
export const askedBy = (caller: string, signal: AbortSignal = never): EngineContext => ({
  signal,
  log: pino({ level: 'silent' }),
  turn: `turn of ${caller}`,
  session: { id: caller, gone: never },
});

export function endOfTurnContract(name: string, makeEngine: () => Promise<EndOfTurnEngine>): void {
  describe(`the engine of turn ends "${name}" keeps the contract`, () => {
    let engine: EndOfTurnEngine;
    beforeAll(async () => {
      engine = await makeEngine();
    });
    afterAll(() => engine.close());

    const asked = (utterance: Int16Array, caller = 'somebody') => engine.run(utterance, askedBy(caller));

    it('is up when it is ready', () => {
      expect(engine.health()).toBe('up');
    });

    it.each([
      ['nothing', new Int16Array(0)],
      ['one sample', Int16Array.of(1000)],
      ['silence', silence(2)],
      ['the loudest sound', new Int16Array(HEARING_RATE).fill(-32_768)],
      ['half a minute', saw(30)],
    ])('gives a probability for %s', async (_, utterance) => {
      const probability = await asked(utterance);
      expect(probability).toBeGreaterThanOrEqual(0);
      expect(probability).toBeLessThanOrEqual(1);
    });

    it('hears the end of a long utterance, as much of it as it says', async () => {
      const long = saw(20);
      const heard = msToSamples(engine.hearsMs, HEARING_RATE);
      expect(await asked(long)).toBe(await asked(long.slice(-heard)));
    });

    it('leaves the utterance as it was, and has heard it as it was', async () => {
      const utterance = saw(3);
      const alone = await asked(utterance.slice());
      const answer = asked(utterance);
      expect(utterance).toEqual(saw(3));
      utterance.fill(0);
      expect(await answer).toBe(alone);
    });

    it('answers many callers at once, each as if it were alone', async () => {
      const utterances = Array.from({ length: 8 }, (_, n) => saw(0.5 + n));
      const alone: number[] = [];
      for (const utterance of utterances) alone.push(await asked(utterance));
      const together = await Promise.all(utterances.map((utterance, n) => asked(utterance, `caller ${n}`)));
      expect(together).toEqual(alone);
    });

    it("answers the newest of a caller's questions, and everybody else's", async () => {
      const older = [asked(saw(1), 'ada'), asked(saw(2), 'ada')];
      const [ben, newest] = [asked(saw(3), 'ben'), asked(saw(4), 'ada')];
      const cancelled = { status: 'rejected', reason: expect.objectContaining({ code: 'turn_cancelled' }) };
      expect(await Promise.allSettled(older)).toEqual([cancelled, cancelled]);
      expect(await newest).toBe(await asked(saw(4)));
      expect(await ben).toBe(await asked(saw(3)));
    });

    it('does not begin for somebody who has left', async () => {
      const reason = new ParleyError('client_gone');
      await expect(engine.run(saw(1), askedBy('ada', AbortSignal.abort(reason)))).rejects.toBe(reason);
    });

    it.each([
      ['a reason of ours', new ParleyError('turn_cancelled')],
      ['any other reason', new Error('somebody else stopped it')],
    ])('ends in time with %s, whether it is being answered or waits, and answers the others', async (_, reason) => {
      const stop = new AbortController();
      const questions = ['ada', 'ben'].map((caller) => engine.run(saw(8), askedBy(caller, stop.signal)));
      const other = asked(saw(2), 'carl');
      const ended = Promise.allSettled(questions);
      stop.abort(reason);
      expect(await promptly(ended)).toEqual([
        { status: 'rejected', reason },
        { status: 'rejected', reason },
      ]);
      expect(await other).toBe(await asked(saw(2)));
    });

    it('answers nobody once it is closed', async () => {
      const other = await makeEngine();
      const asking = other.run(saw(8), askedBy('ada'));
      const told = expect(asking).rejects.toMatchObject({ code: 'engine_failed' });
      await other.close();
      await told;
      await expect(other.run(saw(1), askedBy('ada'))).rejects.toMatchObject({ code: 'engine_failed' });
      expect(other.health()).not.toBe('up');
    });
  });
}
