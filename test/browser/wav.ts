/** A WAV file for a browser's fake microphone: 16-bit mono. */
export function wavFile(samples: Int16Array, rate: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.byteLength, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]);
}

/** Notes of 0.2 s with pauses as long between them: a browser's noise filter takes a steady tone for noise. */
export function notes(hertz: number, seconds: number, rate: number): Int16Array {
  return Int16Array.from({ length: seconds * rate }, (_, at) => {
    const isSounding = Math.floor((at / rate) * 5) % 2 === 0;
    return isSounding ? Math.round(10_000 * Math.sin((2 * Math.PI * hertz * at) / rate)) : 0;
  });
}
