/** The audio thread's end of the microphone: sound in at the device's rate, frames for the wire out. */
import { microphoneFrames } from './microphone-frames.js';

class CaptureProcessor extends AudioWorkletProcessor {
  readonly #frames = microphoneFrames(sampleRate, (frame) => {
    this.port.postMessage(frame, [frame.samples.buffer]);
  });

  process(inputs: Float32Array[][]): boolean {
    // While a device changes hands there is no channel for a moment.
    const mono = inputs[0]?.[0];
    if (mono !== undefined) this.#frames.push(mono);
    return true;
  }
}

registerProcessor('parley-capture', CaptureProcessor);
