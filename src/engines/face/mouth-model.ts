/**
 * The net that hears visemes: three fully connected layers, trained by tools/mouth. 28,000 weights of 8 bits; one moment
 * costs under 50 microseconds.
 *
 * The layout of mouth-weights.ts, for each layer in turn: the weights as int8, output by output; the scale of each
 * output; the bias of each output (both float32, little endian).
 */
import { filledUp, openWorkbench } from '../../simd/workbench.js';
import { CONTEXT } from './hearing.js';
import { sizes, weights } from './mouth-weights.js';
import { visemes } from './visemes.js';

/** Where a layer's numbers lie on the workbench, in bytes. */
interface Layer {
  readonly outputs: number;
  readonly rowsAt: number;
  readonly rowBytes: number;
  /** What goes through it, filled up with zeros; what comes out lies where the next one's does. */
  readonly valuesAt: number;
  readonly bias: Float32Array;
}

const INPUTS = sizes.slice(0, -1);
const WIDTHS = sizes.map(filledUp);
const bench = openWorkbench(4 * (sum(INPUTS.map((_, index) => WIDTHS[index]! * sizes[index + 1]!)) + sum(WIDTHS)));
const layers: readonly Layer[] = readLayers();
const context = new Float32Array(bench.memory, layers[0]!.valuesAt, CONTEXT);
const last = new Float32Array(bench.memory, layers.at(-1)!.valuesAt + 4 * WIDTHS.at(-2)!, visemes.length);

function readLayers(): Layer[] {
  const bytes = Uint8Array.from(Buffer.from(weights, 'base64'));
  const view = new DataView(bytes.buffer);
  if (sizes[0] !== CONTEXT || sizes.at(-1) !== visemes.length) throw new Error('mouth-weights.ts is of another model');
  let at = 0;
  let valuesAt = 0;
  let rowsAt = 4 * sum(WIDTHS);
  return INPUTS.map((inputs, index) => {
    const outputs = sizes[index + 1]!;
    const width = WIDTHS[index]!;
    const scaleAt = at + inputs * outputs;
    const biasAt = scaleAt + 4 * outputs;
    const rows = new Float32Array(bench.memory, rowsAt, width * outputs);
    for (let i = 0; i < inputs * outputs; i += 1) {
      const output = Math.floor(i / inputs);
      rows[output * width + (i % inputs)] = view.getInt8(at + i) * view.getFloat32(scaleAt + 4 * output, true);
    }
    const bias = Float32Array.from({ length: outputs }, (_, i) => view.getFloat32(biasAt + 4 * i, true));
    const layer = { outputs, rowsAt, rowBytes: 4 * width, valuesAt, bias };
    at = biasAt + 4 * outputs;
    valuesAt += 4 * width;
    rowsAt += rows.byteLength;
    return layer;
  });
}

/** How likely each viseme is at this moment, in the order of `visemes`. */
export function likelihoods(moment: Float32Array): Float32Array {
  context.set(moment);
  for (const [index, layer] of layers.entries()) through(layer, index < layers.length - 1);
  return softmax(last);
}

function through({ outputs, rowsAt, rowBytes, valuesAt, bias }: Layer, rectify: boolean): void {
  const outAt = valuesAt + rowBytes;
  bench.kernel.dots(outAt, outputs, valuesAt, rowsAt, rowBytes);
  const values = new Float32Array(bench.memory, outAt, outputs);
  for (let output = 0; output < outputs; output += 1) {
    const value = values[output]! + bias[output]!;
    values[output] = rectify && value < 0 ? 0 : value;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
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
