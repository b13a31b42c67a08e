import { expect, it } from 'vitest';
import { VAD_FRAME_SAMPLES } from '../../src/engines/contract.js';
import { loadModel } from '../../src/engines/vad/silero-model.js';
import type { Runtime, Tensor } from '../../src/engines/vad/silero-package.js';

const CONTEXT = 64;
const INPUT = CONTEXT + VAD_FRAME_SAMPLES;

type Given = Tensor & { readonly shape: readonly number[] };

/**
 * A network that adds up: its memory of a stream grows by the stream's first new sample, in both rows, and what it
 * answers is that memory. So a stream's answer tells which of its frames, and whose memory, it was given.
 */
function addingRuntime() {
  const calls: Readonly<Record<string, Given>>[] = [];
  const run = async (inputs: Readonly<Record<string, Tensor>>) => {
    const given = inputs as Readonly<Record<string, Given>>;
    calls.push(given);
    const { input, state } = given;
    const count = input!.shape[0]!;
    const next = state!.data.map((value, at) => {
      const stream = Math.floor(at / 128) % count;
      return value + Math.sign(input!.data[stream * INPUT + CONTEXT]!);
    });
    const output = Float32Array.from({ length: count }, (_, n) => next[n * 128]! + 100 * next[(count + n) * 128]!);
    return { output: { data: output }, stateN: { data: next } };
  };
  function GivenTensor(this: Given, _type: string, data: Float32Array, shape: readonly number[]) {
    Object.assign(this, { data, shape });
  }
  const runtime = { Tensor: GivenTensor, InferenceSession: { create: async () => ({ run }) } };
  return { runtime: runtime as unknown as Runtime, calls };
}

const frames = (...values: number[]): Int16Array =>
  Int16Array.from({ length: values.length * VAD_FRAME_SAMPLES }, (_, i) => values[Math.floor(i / VAD_FRAME_SAMPLES)]!);

it('keeps the memory of each stream apart, wherever in a batch it lies', async () => {
  const { runtime } = addingRuntime();
  const model = await loadModel(runtime, 'a file');
  expect([...(await model.hear([7, 8], frames(5000, -5000)))]).toEqual([101, -101]);
  expect([...(await model.hear([8], frames(-5000)))]).toEqual([-202]);
  expect([...(await model.hear([9, 8, 7], frames(5000, -5000, 5000)))]).toEqual([101, -303, 202]);
});

it('shows each frame behind the end of the one before, at one loudness, within full scale', async () => {
  const { runtime, calls } = addingRuntime();
  const model = await loadModel(runtime, 'a file');
  await model.hear([1], frames(1000));
  await model.hear([2, 1], frames(-32_768, 500));
  const { data, shape } = calls.at(-1)!.input!;
  expect(shape).toEqual([2, INPUT]);
  expect(data[0]).toBeCloseTo(0);
  expect(data[CONTEXT]).toBe(-1);
  const [before, now] = [data[INPUT + CONTEXT - 1]!, data[INPUT + CONTEXT]!];
  expect(now).toBeGreaterThan(500 / 32_768);
  expect(before / now).toBeCloseTo(2);
});

it('forgets a stream that is over', async () => {
  const { runtime } = addingRuntime();
  const model = await loadModel(runtime, 'a file');
  await model.hear([1, 2], frames(5000, 5000));
  model.forget([1]);
  expect([...(await model.hear([1, 2], frames(5000, 5000)))]).toEqual([101, 202]);
});

it('forgets a second of quiet, but not as much noise', async () => {
  const { runtime } = addingRuntime();
  const model = await loadModel(runtime, 'a file');
  const second = 31;
  const last = async (stream: number, sample: number) => {
    for (let n = 1; n < second; n += 1) await model.hear([stream], frames(sample));
    return [await model.hear([stream], frames(sample)), await model.hear([stream], frames(sample))].map(([one]) => one);
  };
  expect(await last(1, -300)).toEqual([-101 * second, -101]);
  expect(await last(2, -5000)).toEqual([-101 * second, -101 * (second + 1)]);
});

it('begins afresh behind silent frames that it was not shown, and has come down from a loud voice', async () => {
  const { runtime, calls } = addingRuntime();
  const model = await loadModel(runtime, 'a file');
  const shown = async (sample: number) => {
    const [answer] = await model.hear([1], frames(sample));
    return [answer, calls.at(-1)!.input!.data[CONTEXT]] as const;
  };
  for (let n = 0; n < 10; n += 1) await shown(20_000);
  const [, loud] = await shown(500);
  model.rest([
    { stream: 1, frames: 300 },
    { stream: 2, frames: 300 },
  ]);
  const [answer, rested] = await shown(500);
  expect(answer).toBe(101);
  expect(calls.at(-1)!.input!.data[CONTEXT - 1]).toBe(0);
  expect(rested! / loud!).toBeGreaterThan(5);
});

it('is warm when it is loaded, and remembers nothing of that', async () => {
  const { runtime, calls } = addingRuntime();
  const model = await loadModel(runtime, 'a file');
  expect(calls.map(({ input }) => input!.shape[0])).toEqual([1, 64]);
  await model.hear([0], frames(0));
  expect(Math.max(...calls.at(-1)!.state!.data)).toBe(0);
});
