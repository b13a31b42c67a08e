/** Records from the microphone, which is open only meanwhile: unfiltered, a minute at most. */
import { type Microphone, type MicrophoneState, microphone } from '../element/microphone.js';
import { MICROPHONE_RATE } from '../element/microphone-frames.js';
import { type Hint, loudnessHints } from './loudness.js';

/** The server takes no longer ones. */
export const MOST_SECONDS = 60;
const MOST_SAMPLES = MOST_SECONDS * MICROPHONE_RATE;

export type RecorderState =
  | { readonly kind: 'off' | 'opening' | 'recording' }
  /** `paused`: a switch on the device has muted it. `failed`: there is no microphone, and the sentence says why. */
  | { readonly kind: 'paused' | 'failed'; readonly message: string };

export interface Recorder {
  /** Call it from a click. */
  start(deviceId: string | undefined): Promise<void>;
  stop(): void;
  /** For a meter, 0 to 1. */
  readonly level: number;
  readonly seconds: number;
  readonly deviceId: string | undefined;
}

export interface RecorderHooks {
  onState(state: RecorderState): void;
  onHint(hint: Hint): void;
  /** At MICROPHONE_RATE. Also where the microphone went in the middle: nothing that was said is lost. */
  onRecorded(samples: Int16Array): void;
}

const LOST = 'The microphone has gone; what it heard until then is kept. Plug it in again before you go on.';

export function recorder(hooks: RecorderHooks): Recorder {
  let pieces: Int16Array[] = [];
  let count = 0;
  let hintOf = loudnessHints();

  const device: Microphone = microphone({ onState, onFrame }, 'recording');

  function onState(state: MicrophoneState): void {
    // It would come back by itself; a recording does not go on with another device.
    if (state.kind === 'lost') queueMicrotask(() => finish({ kind: 'failed', message: LOST }));
    else hooks.onState(recording(state));
  }

  function onFrame(samples: Int16Array, isMuted: boolean): void {
    if (isMuted || count >= MOST_SAMPLES) return;
    pieces.push(samples);
    count += samples.length;
    hooks.onHint(hintOf(samples));
    if (count >= MOST_SAMPLES) finish({ kind: 'off' });
  }

  function finish(last: RecorderState): void {
    const samples = joined(pieces, count);
    pieces = [];
    count = 0;
    device.close();
    if (samples.length > 0) hooks.onRecorded(samples);
    if (last.kind !== 'off') hooks.onState(last);
  }

  return {
    async start(deviceId) {
      pieces = [];
      count = 0;
      hintOf = loudnessHints();
      await device.open(deviceId);
    },
    stop: () => finish({ kind: 'off' }),
    get level() {
      return device.level;
    },
    get seconds() {
      return count / MICROPHONE_RATE;
    },
    get deviceId() {
      return device.deviceId;
    },
  };
}

function recording(state: MicrophoneState): RecorderState {
  switch (state.kind) {
    case 'off':
    case 'opening':
      return { kind: state.kind };
    case 'on':
      return { kind: 'recording' };
    case 'muted':
      return { kind: 'paused', message: state.message ?? '' };
    default:
      return { kind: 'failed', message: state.message };
  }
}

function joined(pieces: readonly Int16Array[], count: number): Int16Array {
  const samples = new Int16Array(count);
  let at = 0;
  for (const piece of pieces) {
    samples.set(piece, at);
    at += piece.length;
  }
  return samples;
}
