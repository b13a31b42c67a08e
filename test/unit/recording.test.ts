import { expect, it } from 'vitest';
import { startRecording } from '../../src/conversation/recording.js';

const counted = (from: number, length: number) => Int16Array.from({ length }, (_, index) => from + index);

it('gives what lies between two positions, over the borders of its pieces', () => {
  const recording = startRecording();
  recording.add(counted(0, 100));
  recording.add(counted(100, 50));
  recording.add(counted(150, 100));
  expect(recording.slice(90, 160)).toEqual(counted(90, 70));
  expect(recording.slice(0, 250)).toEqual(counted(0, 250));
  expect(recording.slice(240, 999)).toEqual(counted(240, 10));
  expect(recording.slice(60, 60).length).toBe(0);
});

it('forgets what is not needed, and keeps the positions of the rest', () => {
  const recording = startRecording();
  for (let at = 0; at < 1000; at += 100) recording.add(counted(at, 100));
  recording.forgetBefore(350);
  expect([recording.start, recording.end]).toEqual([350, 1000]);
  expect(recording.slice(300, 410)).toEqual(counted(350, 60));
  recording.forgetBefore(5000);
  expect([recording.start, recording.end]).toEqual([1000, 1000]);
  expect(recording.slice(0, 2000).length).toBe(0);
  recording.add(counted(1000, 10));
  expect(recording.slice(0, 2000)).toEqual(counted(1000, 10));
});
