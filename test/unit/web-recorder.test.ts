/** A recording without a device: when it ends, what it keeps, and that the microphone is let go. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { eventually } from '../fixtures/eventually.js';

interface Recorder {
  start(deviceId: string | undefined): Promise<void>;
  stop(): void;
  readonly seconds: number;
}

interface CaptureHooks {
  onFrame(frame: { samples: Int16Array; rms: number }): void;
  onEnded(): void;
  onSilenced(isSilenced: boolean): void;
}

const fake = vi.hoisted(() => ({
  purposes: [] as string[],
  open: 0,
  hooks: undefined as CaptureHooks | undefined,
  refusal: undefined as Error | undefined,
}));

vi.mock('../../web-client/element/capture.ts', () => ({
  openCapture: async (_: string | undefined, hooks: CaptureHooks, purpose: string) => {
    if (fake.refusal !== undefined) throw fake.refusal;
    fake.purposes.push(purpose);
    fake.hooks = hooks;
    fake.open += 1;
    return { deviceId: 'default', isSilenced: false, close: () => fake.open-- };
  },
}));

// By a name that the compiler does not follow: these files belong to the browser's program, with the DOM's types.
const MODULE: string = '../../web-client/voices/recorder.ts';

const FRAMES_A_SECOND = 50;
const states: { kind: string; message?: string }[] = [];
const recorded: number[] = [];
const last = () => states.at(-1);
let recorder: Recorder;

const hear = (seconds: number) => {
  for (let at = 0; at < seconds * FRAMES_A_SECOND; at += 1) {
    fake.hooks?.onFrame({ samples: new Int16Array(480).fill(1000), rms: 0.03 });
  }
};

beforeEach(async () => {
  states.length = 0;
  recorded.length = 0;
  Object.assign(fake, { purposes: [], open: 0, hooks: undefined, refusal: undefined });
  const mediaDevices = Object.assign(new EventTarget(), { enumerateDevices: async () => [{ kind: 'audioinput' }] });
  vi.stubGlobal('navigator', { mediaDevices });
  const { recorder: make } = await import(MODULE);
  recorder = make({
    onState: (state: (typeof states)[number]) => void states.push(state),
    onHint: () => {},
    onRecorded: (samples: Int16Array) => void recorded.push(samples.length),
  });
});
afterEach(() => vi.unstubAllGlobals());

it('opens the microphone unfiltered, and lets go of it when it is stopped', async () => {
  await recorder.start(undefined);
  hear(4);
  expect([fake.purposes, fake.open, recorder.seconds]).toEqual([['recording'], 1, 4]);
  recorder.stop();
  expect([recorded, fake.open, last()]).toEqual([[4 * 24_000], 0, { kind: 'off' }]);
  await recorder.start(undefined);
  expect(recorder.seconds).toBe(0);
});

it('stops by itself after a minute, with not a sample more', async () => {
  await recorder.start(undefined);
  hear(70);
  expect([recorded, fake.open, last()]).toEqual([[60 * 24_000], 0, { kind: 'off' }]);
});

it('keeps what was said until the microphone went, and does not go on with another', async () => {
  await recorder.start(undefined);
  hear(5);
  fake.hooks?.onEnded();
  await eventually(() =>
    expect(last()).toMatchObject({ kind: 'failed', message: expect.stringContaining('has gone') }),
  );
  expect([recorded, fake.open, fake.purposes]).toEqual([[5 * 24_000], 0, ['recording']]);
});

it('waits while the device is muted', async () => {
  await recorder.start(undefined);
  hear(1);
  fake.hooks?.onSilenced(true);
  hear(9);
  expect(last()).toMatchObject({ kind: 'paused', message: expect.stringContaining('muted') });
  fake.hooks?.onSilenced(false);
  hear(3);
  recorder.stop();
  expect(recorded).toEqual([4 * 24_000]);
});

it('says why there is no microphone, and records nothing', async () => {
  fake.refusal = Object.assign(new Error('no'), { name: 'NotFoundError' });
  await recorder.start(undefined);
  expect(last()).toMatchObject({ kind: 'failed', message: expect.stringContaining('Plug one in') });
  expect(recorded).toEqual([]);
});

it('keeps nothing that was stopped while the browser was still asking', async () => {
  const opening = recorder.start(undefined);
  recorder.stop();
  await opening;
  expect([recorded, fake.open, last()]).toEqual([[], 0, { kind: 'off' }]);
});
