/**
 * Loops in WebAssembly that take four numbers at a time, which JavaScript cannot: five times as fast. Each user has a
 * workbench, a memory of its own where its numbers lie; addresses are in bytes from its beginning.
 */
import { KERNEL } from './kernel.js';

export interface Kernel {
  /** `count` 16-bit samples become floats. Both areas are a multiple of four samples long. */
  widen(from: number, to: number, count: number): void;
  /**
   * `count` 16-bit samples, filtered: the first is row `phase` of the `up` rows times the floats from `from` on, the next
   * one lies `down / up` floats further. Of a row the bytes are a multiple of 4 * STRIDE.
   */
  filter(
    out: number,
    count: number,
    from: number,
    rows: number,
    rowBytes: number,
    phase: number,
    up: number,
    down: number,
  ): void;
  /** `count` floats: the products of the floats at `from` with each of the rows. */
  dots(out: number, count: number, from: number, rows: number, rowBytes: number): void;
}

export interface Workbench {
  readonly memory: ArrayBuffer;
  readonly kernel: Kernel;
}

/** So many numbers of a row are taken in one step: a row is filled up with zeros to a multiple of it. */
export const STRIDE = 8;
export const filledUp = (count: number): number => STRIDE * Math.ceil(count / STRIDE);

/** What every Node has, and the types of a program without a browser have not. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const PAGE = 65_536;
const program = new WebAssembly.Module(Buffer.from(KERNEL, 'base64'));

export function openWorkbench(bytes: number): Workbench {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
  const { exports } = new WebAssembly.Instance(program, { parley: { memory } });
  return { memory: memory.buffer, kernel: exports as Kernel };
}
