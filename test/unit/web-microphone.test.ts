/** The microphone without a device: what the browser may say to it, and what the visitor is told. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../fixtures/eventually.js';

interface State {
  readonly kind: string;
  readonly message?: string;
}

interface Microphone {
  open(deviceId?: string): Promise<void>;
  close(): void;
  isMuted: boolean;
  readonly state: State;
  readonly deviceId: string | undefined;
  readonly level: number;
}

interface CaptureHooks {
  onFrame(frame: { samples: Int16Array; rms: number }): void;
  onEnded(): void;
  onSilenced(isSilenced: boolean): void;
}

const fake = vi.hoisted(() => ({
  /** What the browser says to each device that is asked for. */
  answer: (_: string | undefined): Promise<void> => Promise.resolve(),
  asked: [] as (string | undefined)[],
  closed: 0,
  hooks: undefined as CaptureHooks | undefined,
}));

vi.mock('../../web-client/element/capture.ts', () => ({
  openCapture: async (deviceId: string | undefined, hooks: CaptureHooks) => {
    fake.asked.push(deviceId);
    await fake.answer(deviceId);
    fake.hooks = hooks;
    return { deviceId: deviceId ?? 'default', isSilenced: false, close: () => fake.closed++ };
  },
}));

// By a name that the compiler does not follow: these files belong to the browser's program, with the DOM's types.
const MODULE: string = '../../web-client/element/microphone.ts';
const named = (name: string) => Object.assign(new Error(name), { name });
const refuse = (name: string) => () => Promise.reject(named(name));

class Devices extends EventTarget {
  kinds = ['audioinput'];
  enumerateDevices = () => Promise.resolve(this.kinds.map((kind) => ({ kind })));
}

let devices: Devices;
let microphone: Microphone;
let states: State[];
const onFrame = vi.fn<(samples: Int16Array, isMuted: boolean) => void>();
/** Everything that waits only for promises has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const kinds = () => states.map(({ kind }) => kind);

beforeEach(async () => {
  devices = new Devices();
  vi.stubGlobal('navigator', { mediaDevices: devices });
  Object.assign(fake, { answer: () => Promise.resolve(), asked: [], closed: 0, hooks: undefined });
  states = [];
  onFrame.mockReset();
  const module = await import(MODULE);
  microphone = module.microphone({ onState: (state: State) => states.push(state), onFrame }) as Microphone;
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the microphone', () => {
  it('opens, mutes, goes on and closes', async () => {
    await microphone.open();
    microphone.isMuted = true;
    microphone.isMuted = false;
    microphone.close();
    expect(kinds()).toEqual(['opening', 'on', 'muted', 'on', 'off']);
    expect(fake.closed).toBe(1);
  });

  it('tells its level while it is on, and gives silence a count while it is muted', async () => {
    const samples = new Int16Array(480);
    await microphone.open();
    fake.hooks?.onFrame({ samples, rms: 0.1 });
    expect(microphone.level).toBeGreaterThan(0.5);
    microphone.isMuted = true;
    fake.hooks?.onFrame({ samples, rms: 0.1 });
    expect(microphone.level).toBe(0);
    expect(onFrame.mock.calls.map(([, isMuted]) => isMuted)).toEqual([false, true]);
  });

  it('is not muted any more when it is opened the next time', async () => {
    await microphone.open();
    microphone.isMuted = true;
    microphone.close();
    await microphone.open();
    expect(microphone.state.kind).toBe('on');
  });

  it('says when it was muted on the device', async () => {
    await microphone.open();
    fake.hooks?.onSilenced(true);
    expect(microphone.state).toMatchObject({ kind: 'muted', message: expect.stringContaining('Switch it on there') });
    fake.hooks?.onSilenced(false);
    expect(microphone.state.kind).toBe('on');
  });

  it('stays closed if it was closed while the browser still asked', async () => {
    let allow = () => {};
    fake.answer = () =>
      new Promise((resolve) => {
        allow = resolve;
      });
    const opening = microphone.open();
    microphone.close();
    allow();
    await opening;
    expect(microphone.state.kind).toBe('off');
    expect(fake.closed).toBe(1);
  });

  it('goes over to the device that was chosen last', async () => {
    await microphone.open('one');
    await microphone.open('two');
    expect(microphone.deviceId).toBe('two');
    expect(fake.closed).toBe(1);
  });
});

describe('what goes wrong', () => {
  it.each([
    ['NotAllowedError', 'refused', /Allow it in the address bar/],
    ['SecurityError', 'refused', /Allow it/],
    ['NotFoundError', 'missing', /Plug one in/],
    ['NotReadableError', 'busy', /Close it there/],
    ['TypeError', 'failed', /Load the page again/],
  ])('%s is %s, with what to do about it', async (name, kind, sentence) => {
    fake.answer = refuse(name);
    await microphone.open();
    expect(microphone.state.kind).toBe(kind);
    expect(microphone.state.message).toMatch(sentence);
  });

  it('a page that is not secure is told so', async () => {
    vi.stubGlobal('navigator', {});
    await microphone.open();
    expect(microphone.state).toMatchObject({ kind: 'insecure', message: expect.stringContaining('https://') });
  });

  it('a device that is not there today is no reason not to listen', async () => {
    fake.answer = (id) => (id === undefined ? Promise.resolve() : Promise.reject(named('OverconstrainedError')));
    await microphone.open('yesterday');
    expect(fake.asked).toEqual(['yesterday', undefined]);
    expect(microphone.state.kind).toBe('on');
  });

  it('a device that is refused is not asked for by another name', async () => {
    fake.answer = refuse('NotAllowedError');
    await microphone.open('one');
    expect(fake.asked).toEqual(['one']);
  });
});

describe('a device that is unplugged', () => {
  it('is lost, and listened to again when it comes back', async () => {
    await microphone.open('headset');
    devices.kinds = [];
    fake.hooks?.onEnded();
    expect(microphone.state).toMatchObject({ kind: 'lost', message: expect.stringContaining('Plug it in again') });
    expect(fake.closed).toBe(1);
    devices.dispatchEvent(new Event('devicechange'));
    await settled();
    expect(fake.asked).toEqual(['headset']);
    devices.kinds = ['audiooutput', 'audioinput'];
    devices.dispatchEvent(new Event('devicechange'));
    await eventually(() => expect(microphone.state.kind).toBe('on'));
    expect(fake.asked).toEqual(['headset', undefined]);
  });

  it('is replaced at once where there is another', async () => {
    await microphone.open('headset');
    fake.hooks?.onEnded();
    await eventually(() => expect(microphone.state.kind).toBe('on'));
    expect(kinds()).toEqual(['opening', 'on', 'lost', 'opening', 'on']);
  });

  it('stays off if the visitor closes it meanwhile', async () => {
    await microphone.open();
    devices.kinds = [];
    fake.hooks?.onEnded();
    microphone.close();
    devices.kinds = ['audioinput'];
    devices.dispatchEvent(new Event('devicechange'));
    await settled();
    expect(microphone.state.kind).toBe('off');
    expect(fake.asked).toHaveLength(1);
  });

  it('whose permission was withdrawn is refused, not lost', async () => {
    await microphone.open();
    fake.answer = refuse('NotAllowedError');
    fake.hooks?.onEnded();
    await eventually(() => expect(microphone.state.kind).toBe('refused'));
  });
});
