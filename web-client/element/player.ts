/** Sound: the audio graph, and what is heard of it. worklet -> volume -> meter -> loudspeaker. */
import { type Heard, heardAt } from './audible.js';
import { noteOutput, OutputClock } from './output-clock.js';
import { interruptionPatience, openingPatience } from './patience.js';
import workletUrl from './player.worklet.ts?worker&url';
import type { PlayoutCommand, Position } from './playout.js';

export type SoundProblem = 'sound_blocked' | 'sound_insecure' | 'sound_failed';

export class SoundError extends Error {
  override name = 'SoundError';
  readonly code: SoundProblem;

  constructor(code: SoundProblem, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export interface Player {
  command(command: PlayoutCommand): void;
  /** At this time of the page's clock, in milliseconds: now, or a moment later. */
  heard(at?: number): Heard;
  /** Root mean square of the last 40 ms that went to the loudspeaker; 1 is full scale. */
  level(): number;
  setVolume(volume: number): void;
  readonly underruns: number;
  close(): void;
}

const SILENT: Position = { response: -1, state: 'idle', played: 0, from: 0, underruns: 0, time: 0 };

/** Call it from a gesture. `onPosition` comes from the audio thread: also in a hidden tab, where timers are throttled. */
export async function openPlayer(hooks: {
  onPosition(position: Position): void;
  onSuspended(): void;
}): Promise<Player> {
  const context = new AudioContext({ sampleRate: 24_000, latencyHint: 'interactive' });
  try {
    const worklet = await startWorklet(context);
    context.onstatechange = async () => {
      if (context.state === 'running' || context.state === 'closed') return;
      const wasClosed = () => context.state === 'closed';
      if (!(await isRunning(context, interruptionPatience())) && !wasClosed()) hooks.onSuspended();
    };
    return play(context, worklet, hooks.onPosition);
  } catch (error) {
    await context.close();
    throw error;
  }
}

async function startWorklet(context: AudioContext): Promise<AudioWorkletNode> {
  if (context.audioWorklet === undefined) {
    throw new SoundError('sound_insecure', 'Browsers give sound only to pages on https:// or on localhost.');
  }
  // Asked for at once, while the gesture still counts.
  const running = isRunning(context, openingPatience());
  try {
    await context.audioWorklet.addModule(workletUrl);
  } catch (error) {
    throw new SoundError('sound_failed', 'The sound player could not be loaded from the server.', error);
  }
  if (!(await running)) {
    throw new SoundError('sound_blocked', 'The browser keeps this page silent. Press the button to allow sound.');
  }
  return new AudioWorkletNode(context, 'parley-player', { numberOfInputs: 0, outputChannelCount: [1] });
}

async function isRunning(context: AudioContext, patience: Promise<void>): Promise<boolean> {
  await Promise.race([context.resume().catch(() => {}), patience]);
  return context.state === 'running';
}

function play(context: AudioContext, worklet: AudioWorkletNode, onPosition: (position: Position) => void): Player {
  const volume = new GainNode(context);
  const meter = new AnalyserNode(context, { fftSize: 1024 });
  worklet.connect(volume).connect(meter).connect(context.destination);
  const window = new Float32Array(meter.fftSize);
  const clock = new OutputClock();
  let position = SILENT;
  worklet.port.onmessage = ({ data }: MessageEvent<Position>) => {
    position = data;
    onPosition(data);
  };
  return {
    command(command) {
      const transfer = command.kind === 'audio' ? [command.samples.buffer as ArrayBuffer] : [];
      worklet.port.postMessage(command, transfer);
    },
    heard(at = performance.now()) {
      noteOutput(clock, context, performance.now() / 1000);
      return heardAt(position, clock.at(at / 1000));
    },
    level() {
      meter.getFloatTimeDomainData(window);
      return Math.sqrt(window.reduce((sum, sample) => sum + sample * sample, 0) / window.length);
    },
    setVolume(value) {
      // 15 ms: a jump of the gain would click.
      volume.gain.setTargetAtTime(value, context.currentTime, 0.015);
    },
    get underruns() {
      return position.underruns;
    },
    close() {
      worklet.port.onmessage = null;
      worklet.disconnect();
      void context.close();
    },
  };
}
