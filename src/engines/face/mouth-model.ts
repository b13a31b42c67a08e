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
  /** What goes through it, filled up with zeros. */
  readonly valuesAt: number;
  /** What comes out: the values of the next one, if there is one. */
  readonly outAt: number;
  readonly out: Float32Array;
  readonly bias: Float32Array;
}

const INPUTS = sizes.slice(0, -1);
const WIDTHS = sizes.map(filledUp);
const bench = openWorkbench(4 * (sum(INPUTS.map((_, index) => WIDTHS[index]! * sizes[index + 1]!)) + sum(WIDTHS)));
const layers: readonly Layer[] = readLayers();
const context = new Float32Array(bench.memory, layers[0]!.valuesAt, CONTEXT);

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
    const outAt = valuesAt + 4 * width;
    const out = new Float32Array(bench.memory, outAt, outputs);
    const layer = { outputs, rowsAt, rowBytes: 4 * width, valuesAt, outAt, out, bias };
    at = biasAt + 4 * outputs;
    valuesAt += 4 * width;
    rowsAt += rows.byteLength;
    return layer;
  });
}

/** How likely each viseme is at this moment, in the order of `visemes`. */
export function likelihoods(moment: Float32Array): Float32Array {
  context.set(moment);
  const last = layers.at(-1)!;
  for (const layer of layers) through(layer, layer !== last);
  return softmax(last.out);
}

function through({ outputs, rowsAt, rowBytes, valuesAt, outAt, out, bias }: Layer, rectify: boolean): void {
  bench.kernel.dots(outAt, outputs, valuesAt, rowsAt, rowBytes);
  for (let output = 0; output < outputs; output += 1) {
    const value = out[output]! + bias[output]!;
    out[output] = rectify && value < 0 ? 0 : value;
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
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i += 1) top = Math.max(top, values[i]!);
  const shares = new Float32Array(values.length);
  let total = 0;
  for (let i = 0; i < values.length; i += 1) {
    shares[i] = Math.exp(SHARPNESS * (values[i]! - top));
    total += shares[i]!;
  }
  for (let i = 0; i < values.length; i += 1) shares[i]! /= total;
  return shares;
}
