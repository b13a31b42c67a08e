import { expect, it } from 'vitest';
import { MOST_WAITING, openQuestions, type Question } from '../../src/engines/turn/turn-questions.js';

interface Asked extends Question {
  readonly told: unknown[];
}

function from(caller: string): Asked {
  const told: unknown[] = [];
  const note = (what: unknown) => void told.push(what);
  return { caller, utterance: new Int16Array(0), answer: note, refuse: note, told };
}

const OUTDATED = expect.objectContaining({ code: 'turn_cancelled', message: 'the same caller has asked again' });

it('answers one after the other, in the order in which they were asked', () => {
  const questions = openQuestions();
  const [ada, ben] = [from('ada'), from('ben')];
  questions.add(ada);
  questions.add(ben);
  expect(questions.next()).toBe(ada);
  expect(questions.next()).toBeNull();
  questions.answered(0.25);
  expect(questions.next()).toBe(ben);
  questions.answered(0.75);
  expect(questions.next()).toBeNull();
  expect([ada.told, ben.told]).toEqual([[0.25], [0.75]]);
});

it("puts a caller's newer question in the place of the older one", () => {
  const questions = openQuestions();
  const [older, ben, newer] = [from('ada'), from('ben'), from('ada')];
  for (const question of [older, ben, newer]) questions.add(question);
  expect(older.told).toEqual([OUTDATED]);
  expect(questions.next()).toBe(newer);
  questions.answered(0.5);
  expect(questions.next()).toBe(ben);
  expect(newer.told).toEqual([0.5]);
});

it('refuses an older question also while it is being answered, and asks the newer one next', () => {
  const questions = openQuestions();
  const [older, newer] = [from('ada'), from('ada')];
  questions.add(older);
  questions.next();
  questions.add(newer);
  expect(older.told).toEqual([OUTDATED]);
  questions.answered(0.1);
  expect(newer.told).toEqual([]);
  expect(questions.next()).toBe(newer);
});

it('is full at its bound for strangers, not for those who wait already, and has room again when one leaves', () => {
  const questions = openQuestions();
  const all = Array.from({ length: MOST_WAITING }, (_, n) => from(`caller ${n}`));
  for (const question of all) questions.add(question);
  const late = from('late');
  expect(() => questions.add(late)).toThrow(expect.objectContaining({ code: 'at_capacity' }));
  questions.add(from('caller 3'));
  questions.drop(all[5]!);
  questions.add(late);
  const served = Array.from({ length: MOST_WAITING }, () => {
    const next = questions.next();
    questions.answered(0);
    return next?.caller;
  });
  expect(served).toEqual([...all.filter((_, n) => n !== 5).map(({ caller }) => caller), 'late']);
});

it('refuses everybody when nobody is left to answer, and asks no more of those', () => {
  const questions = openQuestions();
  const [ada, ben] = [from('ada'), from('ben')];
  questions.add(ada);
  questions.add(ben);
  questions.next();
  const reason = new Error('gone');
  questions.refuseAll(reason);
  expect([ada.told, ben.told]).toEqual([[reason], [reason]]);
  expect(questions.next()).toBeNull();
});
