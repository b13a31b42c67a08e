/** A recording as a file in memory: RIFF/WAVE, mono, 16-bit PCM. */
import { pcmBytes } from './pcm.js';

const HEADER_BYTES = 44;

export function wavFile(samples: Int16Array, rate: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(HEADER_BYTES + samples.length * 2);
  const view = new DataView(file.buffer);
  const tag = (at: number, name: string) => {
    for (let i = 0; i < name.length; i += 1) file[at + i] = name.charCodeAt(i);
  };
  tag(0, 'RIFF');
  view.setUint32(4, file.length - 8, true);
  tag(8, 'WAVE');
  tag(12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // mono
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true); // bytes a second
  view.setUint16(32, 2, true); // bytes a sample
  view.setUint16(34, 16, true); // bits a sample
  tag(36, 'data');
  view.setUint32(40, samples.length * 2, true);
  file.set(pcmBytes(samples), HEADER_BYTES);
  return file;
}
