/** One microphone, open: its stream, and the audio graph that makes frames of it. */
import captureUrl from './capture.worklet.ts?worker&url';
import { keepRunning } from './keep-running.js';
import type { MicrophoneFrame } from './microphone-frames.js';

export interface CaptureHooks {
  onFrame(frame: MicrophoneFrame): void;
  /** Unplugged, taken away, or its permission withdrawn. */
  onEnded(): void;
  /** A switch on the device or the operating system has silenced it, or no longer does. */
  onSilenced(isSilenced: boolean): void;
}

export interface Capture {
  readonly deviceId: string | undefined;
  readonly isSilenced: boolean;
  close(): void;
}

/**
 * What is heard for. In a conversation the browser takes out what the loudspeakers say, or the avatar would hear itself
 * and fall silent. In a recording of a voice it leaves everything as it is: filters take some of the voice along.
 */
export type Purpose = 'conversation' | 'recording';

/** Rejects with what the browser says: a DOMException whose name tells why. */
export async function openCapture(
  deviceId: string | undefined,
  hooks: CaptureHooks,
  purpose: Purpose,
): Promise<Capture> {
  const isFiltered = purpose === 'conversation';
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: {
      echoCancellation: isFiltered,
      noiseSuppression: isFiltered,
      autoGainControl: isFiltered,
      channelCount: 1,
      ...(deviceId === undefined ? {} : { deviceId: { exact: deviceId } }),
    },
  });
  const track = stream.getAudioTracks()[0] as MediaStreamTrack;
  try {
    const closeGraph = await tap(stream, hooks.onFrame);
    return watch(track, closeGraph, hooks);
  } catch (error) {
    track.stop();
    throw error;
  }
}

/**
 * A context of its own, at the device's rate: Firefox connects a stream to no other, and that of the player runs at the
 * rate of the wire. Made after the stream, because opening a microphone may change the device's rate (a headset's, from
 * 48 kHz to 16).
 */
async function tap(stream: MediaStream, onFrame: (frame: MicrophoneFrame) => void): Promise<() => void> {
  const context = new AudioContext({ latencyHint: 'interactive' });
  const ended = new AbortController();
  try {
    await context.audioWorklet.addModule(captureUrl);
    const node = new AudioWorkletNode(context, 'parley-capture', { channelCount: 1, channelCountMode: 'explicit' });
    // Not every browser runs a node that leads nowhere. It never writes its output, which is silence.
    node.connect(context.destination);
    node.port.onmessage = ({ data }: MessageEvent<MicrophoneFrame>) => onFrame(data);
    ended.signal.addEventListener('abort', () => {
      node.port.onmessage = null;
    });
    new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(node);
    keepRunning(context, ended.signal);
  } catch (error) {
    void context.close();
    throw error;
  }
  return () => {
    ended.abort();
    void context.close();
  };
}

function watch(track: MediaStreamTrack, closeGraph: () => void, hooks: CaptureHooks): Capture {
  track.onended = hooks.onEnded;
  track.onmute = () => hooks.onSilenced(true);
  track.onunmute = () => hooks.onSilenced(false);
  // It may have ended while the graph was built, and then says so no more.
  if (track.readyState === 'ended') queueMicrotask(hooks.onEnded);
  return {
    deviceId: track.getSettings().deviceId,
    get isSilenced() {
      return track.muted;
    },
    close() {
      track.onended = null;
      track.onmute = null;
      track.onunmute = null;
      track.stop();
      closeGraph();
    },
  };
}
