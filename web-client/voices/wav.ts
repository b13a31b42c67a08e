/** A recording as a file: RIFF/WAVE, mono, 16 bits. Browsers' own recorders write what not every server reads. Pure. */

const HEADER_BYTES = 44;

export function wavFile(samples: Int16Array, rate: number): Uint8Array<ArrayBuffer> {
  const size = samples.length * 2;
  const file = new Uint8Array(HEADER_BYTES + size);
  const view = new DataView(file.buffer);
  const write = (at: number, letters: string) => {
    for (let i = 0; i < letters.length; i += 1) file[at + i] = letters.charCodeAt(i);
  };
  write(0, 'RIFF');
  view.setUint32(4, file.length - 8, true);
  write(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  // Samples as they are, one channel.
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, 'data');
  view.setUint32(40, size, true);
  for (const [at, sample] of samples.entries()) view.setInt16(HEADER_BYTES + at * 2, sample, true);
  return file;
}
