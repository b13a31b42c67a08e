/** The filter of a change of rates, and the workbench on which it runs. */
import { ParleyError } from '../errors.js';
import { filledUp, openWorkbench } from '../simd/workbench.js';
import { type Design, design } from './resample-design.js';

/** 44.1 kHz to 24 kHz has 80 phases; a ratio of thousands would be a typing mistake that asks for a huge table. */
const MOST_PHASES = 640;
/** So much new input is filtered at a time: 170 ms at 24 kHz. */
export const PIECE = 4096;

/** The filter of one ratio `up / down`. */
export interface Filter {
  readonly up: number;
  readonly down: number;
  /** Input samples needed on either side of an output's time. */
  readonly reach: number;
  /**
   * `count` outputs over what is kept of earlier input and at most PIECE samples behind it. The first belongs to the time
   * of sample `base` of both, and `phase / up` of a sample more.
   */
  run(kept: Int16Array, piece: Int16Array, base: number, phase: number, count: number): Int16Array;
}

const filters = new Map<string, Filter>();

/** Computed once for a ratio and shared by all who need it. */
export function filterFor(from: number, to: number): Filter {
  const common = greatestCommonDivisor(from, to);
  const up = to / common;
  const down = from / common;
  if (!(from > 0 && to > 0 && Number.isInteger(from) && Number.isInteger(to) && up <= MOST_PHASES)) {
    throw new ParleyError('unsupported_rate', `There is no way from ${from} to ${to} samples a second.`);
  }
  const key = `${up}/${down}`;
  const known = filters.get(key);
  if (known !== undefined) return known;
  const filter = onWorkbench(up, down, design(up, down));
  filters.set(key, filter);
  return filter;
}

/** The rows, with room for one piece on its way: as 16 bits, as floats, and filtered. */
function onWorkbench(up: number, down: number, { reach, rows }: Design): Filter {
  const width = filledUp(2 * reach);
  // What is kept may be one output's step longer than the filter.
  const most = filledUp(2 * reach + Math.ceil(down / up) + PIECE) + width;
  const rowsAt = 0;
  const samplesAt = rowsAt + 4 * width * up;
  const floatsAt = samplesAt + 2 * most;
  const outAt = floatsAt + 4 * most;
  const bytes = outAt + 2 * (Math.ceil((most * up) / down) + 1);
  const { memory, kernel } = openWorkbench(bytes);
  const factors = new Float32Array(memory, rowsAt, width * up);
  for (const [phase, row] of rows.entries()) factors.set(row, phase * width);
  const samples = new Int16Array(memory, samplesAt, most);
  const out = new Int16Array(memory, outAt);
  return {
    up,
    down,
    reach,
    run(kept, piece, base, phase, count) {
      samples.set(kept);
      samples.set(piece, kept.length);
      kernel.widen(samplesAt, floatsAt, filledUp(kept.length + piece.length));
      kernel.filter(outAt, count, floatsAt + 4 * (base - reach + 1), rowsAt, 4 * width, phase, up, down);
      return out.slice(0, count);
    },
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b > 0 ? greatestCommonDivisor(b, a % b) : a;
}
