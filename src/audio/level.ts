/** The root mean square of a frame, of 1. */
export function rootMeanSquare(frame: Int16Array): number {
  let energy = 0;
  // Of every frame of every caller: by index it takes less than half of the time.
  for (let i = 0; i < frame.length; i += 1) energy += frame[i]! * frame[i]!;
  return Math.sqrt(energy / frame.length) / 32_768;
}
