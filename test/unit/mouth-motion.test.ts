import { describe, expect, it } from 'vitest';
import { atRest, type Heard, type Motion, move, settle } from '../../src/engines/face/mouth-motion.js';
import { REST, type Viseme, visemes } from '../../src/engines/face/visemes.js';

const heard = (viseme: Viseme, likelihood = 0.95, loudness = 0): Heard => ({
  likelihoods: visemes.map((v) => (v === viseme ? likelihood : (1 - likelihood) / (visemes.length - 1))),
  loudness,
});

/** The motion after each step of 20 ms. */
function through(...steps: Heard[]): Motion[] {
  const motions = [atRest];
  for (const step of steps) motions.push(move(motions.at(-1)!, step));
  return motions;
}

const times = (count: number, step: Heard): Heard[] => Array<Heard>(count).fill(step);

describe('the motion of the mouth', () => {
  it('opens for a vowel within two pictures, without a jump', () => {
    const opens = through(...times(4, heard('aa'))).map(({ mouth }) => mouth.open);
    expect(opens[4]).toBeGreaterThan(0.7);
    expect(Math.max(...opens.map((open, i) => open - (opens[i - 1] ?? 0)))).toBeLessThan(0.55);
  });

  it('opens faster than it falls', () => {
    const up = through(heard('aa'))[1]!.mouth.open;
    const wide = through(...times(20, heard('aa'))).at(-1)!;
    const down = wide.mouth.open - move(wide, heard('kk')).mouth.open;
    expect(up / 0.8).toBeGreaterThan(down / (wide.mouth.open - 0.28));
  });

  it('closes all the way for a "p" of 40 ms in the middle of vowels', () => {
    const motions = through(...times(10, heard('aa')), ...times(2, heard('pp')), ...times(4, heard('aa')));
    expect(motions[12]!.mouth.press).toBeGreaterThan(0.9);
    expect(motions[12]!.mouth.open).toBeLessThan(0.06);
    expect(motions[16]!.mouth.press).toBeLessThan(0.1);
    expect(motions[16]!.mouth.open).toBeGreaterThan(0.6);
  });

  it('takes a doubtful closure for none', () => {
    const motions = through(...times(6, heard('pp', 0.2)));
    expect(motions.at(-1)!.mouth.press).toBe(0);
  });

  it('holds through the silence of a stop and eases shut in a pause', () => {
    const motions = through(...times(10, heard('aa')), ...times(20, heard('sil', 0.95, -60)));
    expect(motions[12]!.mouth.open).toBeGreaterThan(0.3);
    const shut = motions.findIndex(({ mouth }, i) => i > 10 && mouth.open < 0.05);
    expect(shut - 10).toBeGreaterThanOrEqual(5);
    expect(shut - 10).toBeLessThanOrEqual(10);
    expect(motions.at(-1)!.mouth.wide).toBeCloseTo(REST.wide, 1);
  });

  it('opens less for a murmur than for a stressed vowel', () => {
    const loud = through(...times(10, heard('aa'))).at(-1)!.mouth.open;
    const soft = through(...times(10, heard('aa', 0.95, -30))).at(-1)!.mouth.open;
    expect(soft).toBeLessThan(0.75 * loud);
    expect(soft).toBeGreaterThan(0.4 * loud);
  });

  it('settles at rest whatever it was doing', () => {
    const open = through(...times(10, heard('oh'))).at(-1)!;
    expect(settle(open, 1).mouth).toEqual(REST);
  });

  it('does not change the state it is given', () => {
    const before = structuredClone(atRest);
    move(atRest, heard('aa'));
    expect(atRest).toEqual(before);
  });
});
