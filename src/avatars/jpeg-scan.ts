/**
 * A baseline JPEG opened as far as cutting and joining needs: its squares ("MCUs", 16 x 16 pixels with 4:2:0 colour)
 * lie bare, each with its bits in codes that fit any picture. The pixels are never computed, so nothing of them is lost.
 */
import { ParleyError } from '../errors.js';
import { BitReader, BitWriter } from './jpeg-bits.js';
import { acCodes, dcCodes, type Lookup, lookupOf } from './jpeg-codes.js';

export interface Scan {
  readonly width: number;
  readonly height: number;
  /** Pixels that one square spans. */
  readonly square: { readonly width: number; readonly height: number };
  readonly columns: number;
  readonly components: readonly Component[];
  /** Everything of the file before its codes and its picture. */
  readonly head: readonly Uint8Array[];
  /** The header of its picture. */
  readonly start: Uint8Array;
  readonly bits: Uint8Array;
  /** For each square and component: where its bits in `bits` end. Its first average (DC) is not among them: */
  readonly ends: Uint32Array;
  /** the file holds it as the difference to the square before, and so it depends on the neighbour. */
  readonly firstDc: Int16Array;
  readonly lastDc: Int16Array;
}

export interface Component {
  readonly id: number;
  readonly across: number;
  readonly down: number;
  /** The file's own divisors, in zigzag order. */
  readonly divisors: Uint16Array;
  readonly dc: Lookup;
  readonly ac: Lookup;
  /** Which of our codes it is written in: 0 for brightness, 1 for colour. */
  readonly codes: 0 | 1;
}

type Frame = Pick<Scan, 'width' | 'height' | 'square' | 'columns'> & { readonly components: readonly Component[] };

/** `onto`: the picture that this one will lie on; its divisors are taken over. Throws bad_pack for other JPEGs. */
export function readScan(jpeg: Uint8Array, onto?: Scan): Scan {
  const { head, start, dataAt, frame } = readSegments(jpeg);
  if (onto !== undefined && shapeOf(onto.components) !== shapeOf(frame.components))
    throw wrong('other colour sampling');
  const { columns, square, height, components } = frame;
  const squares = columns * Math.ceil(height / square.height);
  const places = squares * components.length;
  const reader = new BitReader(jpeg, dataAt);
  const writer = new BitWriter(false, jpeg.byteLength * 2);
  const scan = { ends: new Uint32Array(places), firstDc: new Int16Array(places), lastDc: new Int16Array(places) };
  const rows = components.map((component, at) => ({
    component,
    scale: scaleTo(component, onto?.components[at]),
    dc: 0,
  }));
  const block = new Int16Array(64);
  for (let place = 0; place < places; ) {
    for (const row of rows) {
      const { component, scale } = row;
      for (let index = 0; index < component.across * component.down; index++) {
        const last = readBlock(reader, component, block);
        row.dc += block[0]!;
        const dc = scaled(row.dc, scale, 0, 2047);
        if (index === 0) scan.firstDc[place] = dc;
        else writeDc(writer, dc - scan.lastDc[place]!, component.codes);
        scan.lastDc[place] = dc;
        writeAcs(writer, block, last, component.codes, scale);
      }
      scan.ends[place] = writer.position;
      place += 1;
    }
  }
  return { ...frame, head, start, bits: writer.finish(), ...scan };
}

/** The divisors of both, where they differ: a number times the first, divided by the second, means the same. */
type Scale = { readonly times: Uint16Array; readonly over: Uint16Array } | null;

function scaleTo({ divisors }: Component, target: Component | undefined): Scale {
  if (target === undefined || divisors.every((divisor, at) => divisor === target.divisors[at])) return null;
  return { times: divisors, over: target.divisors };
}

function scaled(value: number, scale: Scale, at: number, most: number): number {
  if (scale === null) return value;
  return Math.max(-most, Math.min(most, Math.round((value * scale.times[at]!) / scale.over[at]!)));
}

/** Reads one block: its DC difference and its ACs, in zigzag order. The index of the last one that is there. */
function readBlock(reader: BitReader, { dc, ac }: Component, block: Int16Array): number {
  block.fill(0);
  block[0] = reader.value(reader.symbol(dc));
  let last = 0;
  for (let at = 1; at < 64; at++) {
    const symbol = reader.symbol(ac);
    const size = symbol & 15;
    at += symbol >> 4;
    if (size === 0) {
      if (symbol !== 0xf0) break;
    } else {
      if (at > 63) throw wrong('a block that is too long');
      block[at] = reader.value(size);
      last = at;
    }
  }
  return last;
}

const sizeOf = (value: number): number => 32 - Math.clz32(Math.abs(value));

export function writeDc(writer: BitWriter, difference: number, codes: 0 | 1): void {
  const size = sizeOf(difference);
  writer.code(dcCodes[codes]!, size);
  writer.value(difference, size);
}

function writeAcs(writer: BitWriter, block: Int16Array, last: number, codes: 0 | 1, scale: Scale): void {
  const table = acCodes[codes]!;
  let zeroes = 0;
  for (let at = 1; at <= last; at++) {
    const value = scaled(block[at]!, scale, at, 1023);
    if (value === 0) {
      zeroes += 1;
      continue;
    }
    for (; zeroes > 15; zeroes -= 16) writer.code(table, 0xf0);
    const size = sizeOf(value);
    writer.code(table, (zeroes << 4) | size);
    writer.value(value, size);
    zeroes = 0;
  }
  if (last < 63 || zeroes > 0) writer.code(table, 0x00);
}

interface Segments {
  readonly head: Uint8Array[];
  readonly start: Uint8Array;
  readonly dataAt: number;
  readonly frame: Frame;
}

function readSegments(jpeg: Uint8Array): Segments {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  const head: Uint8Array[] = [jpeg.subarray(0, 2)];
  const divisors = new Map<number, Uint16Array>();
  const lookups = new Map<number, Lookup>();
  let sizes: Uint8Array | undefined;
  let at = 2;
  while (at + 4 <= jpeg.byteLength) {
    const marker = view.getUint16(at);
    const end = at + 2 + view.getUint16(at + 2);
    const whole = jpeg.subarray(at, end);
    const body = jpeg.subarray(at + 4, end);
    if (marker === 0xffda) {
      if (sizes === undefined) break;
      return { head, start: inOurCodes(whole), dataAt: end, frame: readFrame(sizes, body, divisors, lookups) };
    }
    if (marker === 0xffdb) readDivisors(body, divisors);
    else if (marker === 0xffc0) sizes = body;
    else if (marker === 0xffc4) readTables(body, lookups);
    else if (marker === 0xffdd) throw wrong('restart markers');
    else if (marker < 0xffe0) throw wrong(`marker ${marker.toString(16)}, which baseline JPEGs do not have`);
    // The codes are rewritten, and their tables with them; all else stays as it is.
    if (marker !== 0xffc4) head.push(whole);
    at = end;
  }
  throw wrong('no picture');
}

/** The header of the picture says of each component which tables its codes stand in. */
function inOurCodes(header: Uint8Array): Uint8Array {
  const own = header.slice();
  for (let index = 0; index < own[4]!; index++) own[6 + index * 2] = index === 0 ? 0x00 : 0x11;
  return own;
}

function readDivisors(body: Uint8Array, divisors: Map<number, Uint16Array>): void {
  for (let at = 0; at < body.byteLength; ) {
    const name = body[at++]!;
    if (name > 3) throw wrong('divisors of 16 bits');
    divisors.set(name, Uint16Array.from(body.subarray(at, at + 64)));
    at += 64;
  }
}

function readTables(body: Uint8Array, lookups: Map<number, Lookup>): void {
  for (let at = 0; at < body.byteLength; ) {
    const name = body[at]!;
    const counts = body.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    lookups.set(name, lookupOf({ counts, symbols: body.subarray(at + 17, at + 17 + total) }));
    at += 17 + total;
  }
}

function readFrame(
  sizes: Uint8Array,
  scanHeader: Uint8Array,
  divisors: ReadonlyMap<number, Uint16Array>,
  lookups: ReadonlyMap<number, Lookup>,
): Frame {
  const [height, width] = [(sizes[1]! << 8) | sizes[2]!, (sizes[3]! << 8) | sizes[4]!];
  const count = sizes[5]!;
  if (sizes[0] !== 8 || count !== 3 || scanHeader[0] !== count) throw wrong('other than three colours in one scan');
  const components = Array.from({ length: count }, (_, index): Component => {
    const [id, sampling, table] = sizes.subarray(6 + index * 3, 9 + index * 3);
    const tables = scanHeader[2 + index * 2];
    const dc = lookups.get(tables! >> 4);
    const ac = lookups.get(0x10 | (tables! & 15));
    const own = divisors.get(table!);
    if (scanHeader[1 + index * 2] !== id || dc === undefined || ac === undefined || own?.length !== 64) {
      throw wrong('tables that do not fit its picture');
    }
    return { id: id!, across: sampling! >> 4, down: sampling! & 15, divisors: own, dc, ac, codes: index === 0 ? 0 : 1 };
  });
  const square = {
    width: 8 * Math.max(...components.map(({ across }) => across)),
    height: 8 * Math.max(...components.map(({ down }) => down)),
  };
  if (!(width > 0 && height > 0 && square.width > 0 && square.height > 0)) throw wrong('no size');
  return { width, height, square, columns: Math.ceil(width / square.width), components };
}

const shapeOf = (components: readonly Component[]): string =>
  components.map(({ across, down }) => `${across}x${down}`).join();

const wrong = (what: string): ParleyError =>
  new ParleyError('bad_pack', `a JPEG has ${what}; it cannot be put together`);
