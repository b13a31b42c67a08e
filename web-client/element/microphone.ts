/** The microphone as the visitor knows it: off, on, muted, or a reason why not and what to do about it. */
import { type Capture, type CaptureHooks, openCapture, type Purpose } from './capture.js';
import { type MicrophoneFrame, meterOf } from './microphone-frames.js';
import { type MicrophoneProblem, problemOf, sayProblem } from './microphone-problem.js';

export type MicrophoneState =
  | { readonly kind: 'off' | 'opening' | 'on' }
  /** With a message if it was not the visitor's doing: a switch on the device, or another program. */
  | { readonly kind: 'muted'; readonly message?: string }
  | { readonly kind: MicrophoneProblem; readonly message: string };

export interface Microphone {
  /** Call it from a gesture. Without a device the browser's own choice. Resolves when it is on, or known not to be. */
  open(deviceId?: string): Promise<void>;
  close(): void;
  readonly state: MicrophoneState;
  /** The device that is open. */
  readonly deviceId: string | undefined;
  /** Stays open, and gives nothing. */
  isMuted: boolean;
  /** For a meter: 0 to 1. */
  readonly level: number;
}

export interface MicrophoneHooks {
  onState(state: MicrophoneState): void;
  /** Also while it is muted: the frames count the time. */
  onFrame(samples: Int16Array, isMuted: boolean): void;
}

export function microphone(hooks: MicrophoneHooks, purpose: Purpose = 'conversation'): Microphone {
  let state: MicrophoneState = { kind: 'off' };
  let capture: Capture | undefined;
  let isMuted = false;
  let level = 0;
  /** Whoever opens or closes takes a new number; what was begun under an older one is thrown away. */
  let attempt = 0;

  const become = (next: MicrophoneState) => {
    state = next;
    hooks.onState(next);
  };

  const listening = (isSilenced: boolean): MicrophoneState => {
    if (isMuted) return { kind: 'muted' };
    const message = 'The device has muted the microphone. Switch it on there.';
    return isSilenced ? { kind: 'muted', message } : { kind: 'on' };
  };

  const onFrame = ({ samples, rms }: MicrophoneFrame) => {
    const isSilent = state.kind !== 'on';
    level = isSilent ? 0 : meterOf(rms);
    hooks.onFrame(samples, isSilent);
  };

  function release(): void {
    attempt += 1;
    capture?.close();
    capture = undefined;
    level = 0;
    globalThis.navigator?.mediaDevices?.removeEventListener('devicechange', comeBack);
  }

  /** The device is gone. Another one, or the same plugged in again, takes its place. */
  function lose(): void {
    release();
    awaitDevice();
    comeBack();
  }

  function awaitDevice(): void {
    become({ kind: 'lost', message: sayProblem('lost') });
    navigator.mediaDevices.addEventListener('devicechange', comeBack);
  }

  function comeBack(): void {
    const mine = attempt;
    const isThere = async () => (await navigator.mediaDevices.enumerateDevices()).some(isMicrophone);
    isThere().then(
      (found) => {
        if (found && mine === attempt && state.kind === 'lost') void reopen();
      },
      // A list that cannot be had now is asked for again at the next change.
      () => {},
    );
  }

  /** The list of devices may be ahead of the device, or behind it: the next change is another try. */
  async function reopen(): Promise<void> {
    await open();
    if (state.kind === 'busy' || state.kind === 'missing') awaitDevice();
  }

  async function open(deviceId?: string): Promise<void> {
    release();
    const mine = attempt;
    if (globalThis.navigator?.mediaDevices === undefined) {
      return become({ kind: 'insecure', message: sayProblem('insecure') });
    }
    become({ kind: 'opening' });
    const onSilenced = (isSilenced: boolean) => become(listening(isSilenced));
    try {
      const opened = await openOrDefault(deviceId, { onFrame, onEnded: lose, onSilenced }, purpose);
      if (mine !== attempt) return opened.close();
      capture = opened;
      become(listening(opened.isSilenced));
    } catch (error) {
      if (mine !== attempt) return;
      const kind = problemOf(error);
      become({ kind, message: sayProblem(kind) });
    }
  }

  return {
    open,
    close() {
      release();
      isMuted = false;
      if (state.kind !== 'off') become({ kind: 'off' });
    },
    get state() {
      return state;
    },
    get deviceId() {
      return capture?.deviceId;
    },
    get isMuted() {
      return isMuted;
    },
    set isMuted(value) {
      if (value === isMuted) return;
      isMuted = value;
      if (capture === undefined) return;
      level = 0;
      become(listening(capture.isSilenced));
    },
    get level() {
      return level;
    },
  };
}

const isMicrophone = ({ kind }: MediaDeviceInfo): boolean => kind === 'audioinput';

/** A device that was chosen once and is not there today is no reason not to listen. */
async function openOrDefault(deviceId: string | undefined, hooks: CaptureHooks, purpose: Purpose): Promise<Capture> {
  if (deviceId === undefined) return openCapture(undefined, hooks, purpose);
  try {
    return await openCapture(deviceId, hooks, purpose);
  } catch (error) {
    if (problemOf(error) !== 'missing') throw error;
    return openCapture(undefined, hooks, purpose);
  }
}
