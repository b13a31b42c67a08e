import { expect, it } from 'vitest';
import { createCrowding } from '../../src/observe/crowding.js';
import { createMetrics } from '../../src/observe/metrics.js';
import type { Asked } from '../../src/observe/observer.js';

const whisper: Asked = { job: 'stt', service: 'whisper', engine: 'whisper', isHere: true };
const coqui: Asked = { job: 'tts', service: 'coqui', engine: 'coqui', isHere: true };

function watched() {
  let now = 0;
  const crowding = createCrowding(() => now);
  const observer = crowding.hearing(createMetrics().observer);
  return {
    passes(ms: number) {
      now += ms;
    },
    answers(asked: Asked, ...waits: number[]) {
      for (const ms of waits) observer.answered(asked, 'turn_test', ms);
    },
    observer,
    share: () => crowding.share(1500),
  };
}

it('is the part of the last answers for which somebody waited too long', () => {
  const { answers, share } = watched();
  expect(share()).toBe(0);
  answers(whisper, 200, 300, 1500, 1501);
  expect(share()).toBe(0.25);
  answers(coqui, 400, 3000, 3000, 3000);
  expect(share()).toBe(0.5);
});

it('says nothing of a few answers, and forgets them after ten seconds', () => {
  const { answers, passes, share } = watched();
  answers(whisper, 200, 9000, 9000);
  expect(share()).toBe(0);
  answers(whisper, 9000);
  expect(share()).toBe(0.75);
  passes(10_000);
  expect(share()).toBe(0);
  answers(whisper, 9000, 9000, 9000, 200);
  expect(share()).toBe(0.75);
});

it('does not take an engine for crowded that can do no better', () => {
  const { answers, share } = watched();
  answers(coqui, 5000, 6000, 7000, 8000);
  expect(share()).toBe(0);
  answers(coqui, 15_001, 15_001, 15_001, 15_001);
  expect(share()).toBe(0.5);
});

it('counts answers that never came', () => {
  const { answers, observer, share } = watched();
  answers(whisper, 200, 200, 200);
  observer.ended(whisper, 'transcriptions', { kind: 'failed', code: 'deadline' }, 6000);
  expect(share()).toBe(0.25);
  observer.ended(coqui, 'speech', { kind: 'failed', code: 'deadline' }, 900);
  expect(share()).toBe(0.4);
  observer.ended(whisper, 'transcriptions', { kind: 'failed', code: 'worker_broken' }, 6000);
  observer.ended(whisper, 'transcriptions', { kind: 'cancelled' }, 6000);
  expect(share()).toBe(0.4);
});

it('leaves out vendors, and what nobody waits for', () => {
  const { answers, share } = watched();
  answers({ ...whisper, service: 'openai', engine: 'openai', isHere: false }, 200, 9000, 9000, 9000);
  answers({ ...whisper, job: 'face' }, 200, 9000, 9000, 9000);
  answers({ ...whisper, job: 'llm' }, 200, 9000, 9000, 9000);
  expect(share()).toBe(0);
});

it('passes everything on', () => {
  const told: unknown[] = [];
  const observer = createCrowding(() => 0).hearing({
    ...createMetrics().observer,
    called: (...all) => told.push(all),
    answered: (...all) => told.push(all),
    ended: (...all) => told.push(all),
  });
  observer.called(whisper, 'transcriptions');
  observer.answered(whisper, 'turn_test', 5);
  observer.ended(whisper, 'transcriptions', { kind: 'ok' }, 7);
  expect(told).toEqual([
    [whisper, 'transcriptions'],
    [whisper, 'turn_test', 5],
    [whisper, 'transcriptions', { kind: 'ok' }, 7],
  ]);
});
