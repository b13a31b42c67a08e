/**
 * The net that hears visemes: three fully connected layers, trained by tools/mouth. 28,000 weights of 8 bits; one moment
 * costs under 50 microseconds.
 *
 * The layout of mouth-weights.ts, for each layer in turn: the weights as int8, output by output; the scale of each
 * output; the bias of each output (both float32, little endian).
 */
import { CONTEXT } from './hearing.js';
import { sizes, weights } from './mouth-weights.js';
import { visemes } from './visemes.js';

interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** Output by output, already multiplied by the output's scale. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

const layers: readonly Layer[] = readLayers();

function readLayers(): Layer[] {
  const bytes = Uint8Array.from(Buffer.from(weights, 'base64'));
  const view = new DataView(bytes.buffer);
  if (sizes[0] !== CONTEXT || sizes.at(-1) !== visemes.length) throw new Error('mouth-weights.ts is of another model');
  let at = 0;
  return sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index]!;
    const scaleAt = at + inputs * outputs;
    const biasAt = scaleAt + 4 * outputs;
    const layer = {
      inputs,
      outputs,
      weights: Float32Array.from(
        { length: inputs * outputs },
        (_, i) => view.getInt8(at + i) * view.getFloat32(scaleAt + 4 * Math.floor(i / inputs), true),
      ),
      bias: Float32Array.from({ length: outputs }, (_, i) => view.getFloat32(biasAt + 4 * i, true)),
    };
    at = biasAt + 4 * outputs;
    return layer;
  });
}

/** How likely each viseme is at this moment, in the order of `visemes`. */
export function likelihoods(context: Float32Array): Float32Array {
  const last = layers.length - 1;
  return softmax(layers.reduce((values, layer, index) => through(layer, values, index < last), context));
}

function through({ inputs, outputs, weights, bias }: Layer, values: Float32Array, rectify: boolean): Float32Array {
  const result = new Float32Array(outputs);
  for (let output = 0; output < outputs; output += 1) {
    const sum = bias[output]! + dot(weights, output * inputs, values);
    result[output] = rectify && sum < 0 ? 0 : sum;
  }
  return result;
}

/** Four sums side by side, a third faster than one: a single sum waits for each addition before the next. */
function dot(weights: Float32Array, from: number, values: Float32Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = values.length - (values.length % 4);
  let i = 0;
  for (; i < whole; i += 4) {
    a += weights[from + i]! * values[i]!;
    b += weights[from + i + 1]! * values[i + 1]!;
    c += weights[from + i + 2]! * values[i + 2]!;
    d += weights[from + i + 3]! * values[i + 3]!;
  }
  for (; i < values.length; i += 1) a += weights[from + i]! * values[i]!;
  return a + b + c + d;
}

/**
 * Trained on altered voices and softened labels, the net is less sure than it is right. At 1.6 its mouths come nearest
 * to the true ones (mean error of "wide" 0.083 -> 0.072) and move as far as they should (0.54 -> 0.70 of the true range).
 */
const SHARPNESS = 1.6;

function softmax(values: Float32Array): Float32Array {
  const top = Math.max(...values);
  const powers = values.map((value) => Math.exp(SHARPNESS * (value - top)));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
