import { describe, expect, it, vi } from 'vitest';
import type { Avatar, FaceEngine, Picture } from '../../src/engines/contract.js';
import { linkOf } from '../../src/engines/resilience/chain.js';
import { faceChain } from '../../src/engines/resilience/face-chain.js';
import { plainAvatar, plainFace, silentLog } from '../fixtures/engines.js';

const filmed: Avatar = { ...plainAvatar, id: 'anna', bank: null, film: { hash: 'ab'.repeat(32), read: vi.fn() } };
const context = { signal: new AbortController().signal, log: silentLog, turn: 'turn_test' };

/** Says its name by the base of its only picture. */
const face = (name: string, base: number, animates: FaceEngine['animates'], health: () => 'up' | { down: string }) => ({
  ...plainFace(),
  name,
  lookAheadMs: base * 40,
  animates,
  health,
  prepare: vi.fn(),
  stats: () => [{ worker: name, values: { base } }],
  run: async function* (): AsyncGenerator<Picture, void, undefined> {
    yield { index: 0, base, patch: null };
  },
});
const up = () => 'up' as const;
const down = () => ({ down: 'starting' });
const film = ({ film }: Avatar) => film !== null;
const drawing = ({ bank }: Avatar) => bank !== null;

const chainOf = (...engines: FaceEngine[]) => faceChain(engines.map((engine) => linkOf(engine, false, silentLog)));

async function animator(chain: FaceEngine, avatar: Avatar): Promise<number | undefined> {
  for await (const { base } of chain.run((async function* () {})(), { avatar, base: 0 }, context)) return base;
  return undefined;
}

describe('faces behind one another', () => {
  it('let each avatar be animated by one that can', async () => {
    const chain = chainOf(face('musetalk', 1, film, up), face('drawn', 2, drawing, up));
    expect([await animator(chain, filmed), await animator(chain, plainAvatar)]).toEqual([1, 2]);
    expect([chain.animates(filmed), chain.animates(plainAvatar)]).toEqual([true, true]);
    expect([chain.name, chain.lookAheadMs]).toEqual(['musetalk', 80]);
  });

  it('prefer the first that is well, and wait for the first if none is', async () => {
    const both = () => true;
    expect(await animator(chainOf(face('one', 1, both, down), face('two', 2, both, up)), filmed)).toBe(2);
    expect(await animator(chainOf(face('one', 1, both, down), face('two', 2, both, down)), filmed)).toBe(1);
  });

  it('say that nobody can move the mouth of an avatar', () => {
    const chain = chainOf(face('drawn', 2, drawing, up));
    expect(chain.animates(filmed)).toBe(false);
    expect(() => chain.run((async function* () {})(), { avatar: filmed, base: 0 }, context)).toThrow(/mouth of anna/);
  });

  it('are all told who is looked at, and all count', () => {
    const [one, two] = [face('one', 1, film, up), face('two', 2, drawing, up)];
    const chain = chainOf(one, two);
    chain.prepare?.(filmed);
    expect([one.prepare, two.prepare].map((told) => told.mock.calls)).toEqual([[[filmed]], [[filmed]]]);
    expect(chain.stats?.().map(({ worker }) => worker)).toEqual(['one', 'two']);
  });
});
