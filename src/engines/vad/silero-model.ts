/**
 * The model itself, for many streams at once. It is recurrent: of each stream it keeps what the network remembers, and
 * the last 4 ms heard, because each frame is shown to it behind the end of the one before, as in its training. Shown
 * frames alone it hears nothing, and gives no error.
 */
import { rootMeanSquare } from '../../audio/level.js';
import { HEARING_RATE } from '../../audio/pcm.js';
import { VAD_FRAME_SAMPLES } from '../contract.js';
import { FIRST_LEVEL, gainAt, LOWEST_LEVEL, levelAfter } from './levelling.js';
import type { Runtime } from './silero-package.js';
import { MOST_IN_STEP, type Rested } from './silero-rounds.js';

const CONTEXT = 64;
const INPUT = CONTEXT + VAD_FRAME_SAMPLES;
/** The network remembers two rows of so many values; a batch has all first rows, then all second ones. */
const ROW = 128;
const ROWS = 2;
/**
 * A second of quiet, in which there is not even noise to get used to. What the network remembers of a longer one makes it
 * deaf to a soft beginning: of 72 questions asked after 5 s, 20 had 200 ms of speech found later than after 400 ms, one
 * after 808; begun afresh, none later than 290.
 */
const QUIET_FRAMES = 31;
const QUIET = 0.1;
/** One thread: a batch of 50 frames takes 3 ms, and the other cores belong to the voice and the face. */
const OPTIONS = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 };

interface Memory {
  readonly state: Float32Array;
  /** As it came, not levelled: it is shown at the loudness of the frame that follows. */
  readonly context: Int16Array;
  level: number;
  /** Frames in a row in which nobody spoke. */
  quiet: number;
}

export interface SileroModel {
  /** A frame of each of these streams, one behind the other; the probability of each. One call at a time. */
  hear(streams: readonly number[], samples: Int16Array): Promise<Float32Array>;
  forget(streams: readonly number[]): void;
  /** So many frames of them were silent, and are not shown. */
  rest(rested: readonly Rested[]): void;
}

export async function loadModel({ InferenceSession, Tensor }: Runtime, file: string): Promise<SileroModel> {
  const session = await InferenceSession.create(file, OPTIONS);
  const sr = new Tensor('int64', BigInt64Array.of(BigInt(HEARING_RATE)), []);
  const memories = new Map<number, Memory>();

  const model: SileroModel = {
    async hear(streams, samples) {
      const kept = streams.map((stream) => memories.get(stream) ?? emptyMemory());
      const { output, stateN } = await session.run({
        input: new Tensor('float32', inputOf(kept, samples), [kept.length, INPUT]),
        state: new Tensor('float32', stateOf(kept), [ROWS, kept.length, ROW]),
        sr,
      });
      keepState(kept, stateN!.data);
      const speech = Float32Array.from(output!.data);
      for (const [n, stream] of streams.entries()) {
        const frame = samples.subarray(n * VAD_FRAME_SAMPLES, (n + 1) * VAD_FRAME_SAMPLES);
        forgetSilence(kept[n]!, speech[n]! < QUIET && rootMeanSquare(frame) < LOWEST_LEVEL);
        memories.set(stream, kept[n]!);
      }
      return speech;
    },
    forget(streams) {
      for (const stream of streams) memories.delete(stream);
    },
    rest(rested) {
      for (const { stream, frames } of rested) {
        const memory = memories.get(stream);
        if (memory !== undefined) sleep(memory, frames);
      }
    },
  };
  await warmUp(model);
  return model;
}

/** The first run of a size takes its memory; no caller shall wait for that. */
async function warmUp(model: SileroModel): Promise<void> {
  for (const count of [1, MOST_IN_STEP]) {
    const streams = Array.from({ length: count }, (_, n) => n);
    await model.hear(streams, new Int16Array(count * VAD_FRAME_SAMPLES));
    model.forget(streams);
  }
}

const emptyMemory = (): Memory => ({
  state: new Float32Array(ROWS * ROW),
  context: new Int16Array(CONTEXT),
  level: FIRST_LEVEL,
  quiet: 0,
});

function forgetSilence(memory: Memory, isQuiet: boolean): void {
  memory.quiet = isQuiet ? memory.quiet + 1 : 0;
  if (memory.quiet < QUIET_FRAMES) return;
  memory.state.fill(0);
  memory.quiet = 0;
}

function sleep(memory: Memory, frames: number): void {
  memory.state.fill(0);
  memory.context.fill(0);
  memory.quiet = 0;
  for (let n = 0; n < frames && memory.level > LOWEST_LEVEL; n += 1) memory.level = levelAfter(memory.level, 0);
}

/** Each stream's context and new frame, levelled, within [-1, 1]; the frame's end becomes the next one's context. */
function inputOf(kept: readonly Memory[], samples: Int16Array): Float32Array {
  const input = new Float32Array(kept.length * INPUT);
  for (const [n, memory] of kept.entries()) {
    const frame = samples.subarray(n * VAD_FRAME_SAMPLES, (n + 1) * VAD_FRAME_SAMPLES);
    memory.level = levelAfter(memory.level, rootMeanSquare(frame));
    const gain = gainAt(memory.level) / 32_768;
    const scaled = (sample: number) => Math.max(-1, Math.min(1, sample * gain));
    const at = n * INPUT;
    for (let i = 0; i < CONTEXT; i += 1) input[at + i] = scaled(memory.context[i]!);
    for (let i = 0; i < VAD_FRAME_SAMPLES; i += 1) input[at + CONTEXT + i] = scaled(frame[i]!);
    memory.context.set(frame.subarray(VAD_FRAME_SAMPLES - CONTEXT));
  }
  return input;
}

function stateOf(kept: readonly Memory[]): Float32Array {
  const batch = new Float32Array(ROWS * kept.length * ROW);
  for (const [n, { state }] of kept.entries()) {
    for (let row = 0; row < ROWS; row += 1) {
      batch.set(state.subarray(row * ROW, (row + 1) * ROW), (row * kept.length + n) * ROW);
    }
  }
  return batch;
}

function keepState(kept: readonly Memory[], batch: Float32Array): void {
  for (const [n, { state }] of kept.entries()) {
    for (let row = 0; row < ROWS; row += 1) {
      const at = (row * kept.length + n) * ROW;
      state.set(batch.subarray(at, at + ROW), row * ROW);
    }
  }
}
