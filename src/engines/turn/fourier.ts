/**
 * The Fourier transform of any length without other factors than 2, 3 and 5. Whisper's windows are of 400 samples, 25 times 16,
 * and its bins lie where no power of two has any, so that the transform of audio/mel.ts (512) cannot do.
 */

/** Works in place. One call at a time: its working memory is its own. */
export type Fourier = (real: Float64Array, imaginary: Float64Array) => void;

interface Stage {
  readonly radix: number;
  /** How many sums of `radix` there are for each of the `stride` interleaved sequences. */
  readonly groups: number;
  readonly stride: number;
  /** For each group, each of its sums and each term of that: what the term is turned by. */
  readonly cosines: Float64Array;
  readonly sines: Float64Array;
}

interface Complex {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

export function fourier(length: number): Fourier {
  const stages = stagesOf(length);
  const scratch: Complex = { real: new Float64Array(length), imaginary: new Float64Array(length) };
  return (real, imaginary) => {
    let [from, to]: [Complex, Complex] = [{ real, imaginary }, scratch];
    for (const stage of stages) {
      pass(stage, from, to);
      [from, to] = [to, from];
    }
    if (from !== scratch) return;
    real.set(scratch.real);
    imaginary.set(scratch.imaginary);
  };
}

/** Stockham's order: what comes out is sorted, and nothing has to be reversed. */
function stagesOf(length: number): Stage[] {
  const stages: Stage[] = [];
  let left = length;
  for (const radix of factorsOf(length)) {
    const stride = length / left;
    const groups = left / radix;
    const turns = Array.from({ length: groups * radix * radix }, (_, at) => {
      const [term, sum, group] = [at % radix, Math.floor(at / radix) % radix, Math.floor(at / radix ** 2)];
      return ((sum * (group * stride + (term * length) / radix)) % length) / length;
    });
    const angles = turns.map((turn) => -2 * Math.PI * turn);
    stages.push({
      radix,
      groups,
      stride,
      cosines: Float64Array.from(angles, Math.cos),
      sines: Float64Array.from(angles, Math.sin),
    });
    left = groups;
  }
  return stages;
}

/** Fours first: the fewer passes, the better. */
function factorsOf(length: number): number[] {
  const factors: number[] = [];
  let left = length;
  for (const factor of [4, 2, 3, 5]) {
    for (; left % factor === 0; left /= factor) factors.push(factor);
  }
  if (left !== 1) throw new Error(`a length of ${length} has other factors than 2, 3 and 5`);
  return factors;
}

function pass({ radix, groups, stride, cosines, sines }: Stage, from: Complex, to: Complex): void {
  const { real, imaginary } = from;
  const step = stride * groups;
  let turn = 0;
  for (let group = 0; group < groups; group += 1) {
    for (let sum = 0; sum < radix; sum += 1, turn += radix) {
      const target = stride * (radix * group + sum);
      for (let at = 0; at < stride; at += 1) {
        let source = at + stride * group;
        let re = 0;
        let im = 0;
        for (let term = turn; term < turn + radix; term += 1, source += step) {
          const c = cosines[term]!;
          const s = sines[term]!;
          re += real[source]! * c - imaginary[source]! * s;
          im += real[source]! * s + imaginary[source]! * c;
        }
        to.real[target + at] = re;
        to.imaginary[target + at] = im;
      }
    }
  }
}
