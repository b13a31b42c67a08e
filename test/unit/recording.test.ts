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

it('goes on over borders and over memory that is used again, to the sample; what was cut from it stays as it was', () => {
  const recording = startRecording();
  const frame = 512;
  let cut: Int16Array = new Int16Array(0);
  for (let at = 0; at < 200 * frame; at += frame) {
    recording.add(counted(at, frame));
    if (at === 0) cut = recording.slice(0, frame);
    recording.forgetBefore(at - 20 * frame);
    expect(recording.slice(at - 3, at + frame)).toEqual(counted(Math.max(0, at - 3), frame + Math.min(at, 3)));
    expect(recording.slice(recording.start, recording.start + 9)).toEqual(counted(recording.start, 9));
  }
  expect(cut).toEqual(counted(0, frame));
  const long = counted(200 * frame, 50_000);
  recording.add(long);
  expect(recording.slice(200 * frame, recording.end)).toEqual(long);
  expect(recording.end).toBe(200 * frame + 50_000);
  recording.add(counted(0, 160_000 - recording.end));
  recording.forgetBefore(160_000);
  recording.add(counted(7, frame));
  expect([recording.start, recording.slice(0, 200_000)]).toEqual([160_000, counted(7, frame)]);
});
