/**
 * Whole pictures for callers who cannot compose: a base picture with a mouth patch laid over it, as one JPEG. Base and
 * patch share their grid of 16 pixels, so the patch's squares take the place of the base's as they are. No pixel is
 * decoded: that takes a sixth of the time of drawing and encoding anew, and what comes out shows what a client shows
 * that composes by itself. Nothing is kept but the base pictures, opened: a patch may be one that never comes again.
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { WholePictures } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import { BitWriter } from './jpeg-bits.js';
import { tablesSegment } from './jpeg-codes.js';
import { readScan, type Scan, writeDc } from './jpeg-scan.js';

/** 160 opened base pictures of 512 x 512 are 9 MB; large or long loops are opened again as they come round. */
const MOST_OPEN_BYTES = 32 * 1024 * 1024;

const END = Uint8Array.of(0xff, 0xd9);

export function wholePictures(bases: readonly Uint8Array[], log: Logger): WholePictures {
  const open = openScans(bases);
  let hasFailed = false;
  let isPreparing = false;
  return {
    /** In turns of the loop: opening one takes some milliseconds, and there are many. */
    async prepare(signal) {
      if (isPreparing) return;
      isPreparing = true;
      for (let base = 0; base < bases.length && !signal.aborted && !open.isFull(); base++) {
        await turnOfTheLoop();
        tryTo(() => open.scan(base));
      }
      isPreparing = false;
    },
    frames: bases.length,
    base: (base) => bases[base]!,
    composed(base, { place, jpeg }) {
      try {
        const under = open.scan(base);
        return splice(under, readScan(jpeg, under), place);
      } catch (err) {
        if (!hasFailed)
          log.error({ err, base, place }, 'a patch cannot be laid over its base picture; the mouth rests');
        hasFailed = true;
        return bases[base]!;
      }
    },
  };
}

/** What cannot be opened is told of when it is needed. */
function tryTo(act: () => unknown): void {
  try {
    act();
  } catch {}
}

/** Opened base pictures, those that were used last. */
function openScans(bases: readonly Uint8Array[]) {
  const opened = new Map<number, Scan>();
  let held = 0;
  return {
    isFull: () => held > MOST_OPEN_BYTES / 2,
    scan(base: number): Scan {
      const scan = opened.get(base) ?? readScan(bases[base]!);
      if (opened.delete(base)) held -= weigh(scan);
      opened.set(base, scan);
      held += weigh(scan);
      for (const [oldest, other] of opened) {
        if (held <= MOST_OPEN_BYTES || oldest === base) break;
        opened.delete(oldest);
        held -= weigh(other);
      }
      return scan;
    },
  };
}

const weigh = ({ bits, ends, firstDc, lastDc }: Scan): number =>
  bits.buffer.byteLength + ends.byteLength + firstDc.byteLength + lastDc.byteLength;

/** One JPEG out of two: the patch's squares in its place, the base's everywhere else. */
function splice(base: Scan, patch: Scan, place: { readonly x: number; readonly y: number }): Uint8Array {
  const { square, columns, components } = base;
  const [left, top] = [place.x / square.width, place.y / square.height];
  const [right, bottom] = [left + patch.width / square.width, top + patch.height / square.height];
  const isOnGrid = [left, top, right, bottom].every((line) => Number.isInteger(line) && line >= 0);
  if (!isOnGrid || place.x + patch.width > base.width || place.y + patch.height > base.height) {
    throw new ParleyError('bad_pack', 'a patch does not lie on the grid of its base picture');
  }
  const out = new BitWriter(true, base.bits.byteLength + patch.bits.byteLength + 1024);
  for (const part of [...base.head, tablesSegment, base.start]) out.append(part);
  const before = new Int16Array(components.length);
  const squares = base.ends.length / components.length;
  for (let index = 0; index < squares; index++) {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const isPatch = row >= top && row < bottom && column >= left && column < right;
    const from = isPatch ? patch : base;
    const at = (isPatch ? (row - top) * patch.columns + column - left : index) * components.length;
    for (let part = 0; part < components.length; part++) {
      const here = at + part;
      writeDc(out, from.firstDc[here]! - before[part]!, components[part]!.codes);
      before[part] = from.lastDc[here]!;
      out.copy(from.bits, here === 0 ? 0 : from.ends[here - 1]!, from.ends[here]!);
    }
  }
  return out.finish(END);
}
