/**
 * The codes of the entropy-coded part of a JPEG: how to read those that a file brings, and the ones that we write, the
 * tables of the standard's Annex K. Encoders that look at a picture first choose shorter ones for that picture, but what
 * is put together from two pictures needs codes for the symbols of both, and Annex K has one for every symbol.
 */
import { ParleyError } from '../errors.js';

/** How many codes there are of each length from 1 to 16, and what they stand for, shortest first. */
export interface CodeTable {
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

/** For reading: codes up to LOOKUP_BITS at once, longer ones length by length. */
export interface Lookup {
  /** Length in the upper byte, symbol in the lower; 0 where the code is longer. */
  readonly short: Uint16Array;
  /** Of each length: one more than its last code. */
  readonly limit: Int32Array;
  /** What to add to a code of this length to find its symbol. */
  readonly offset: Int32Array;
  readonly symbols: Uint8Array;
}

export const LOOKUP_BITS = 9;
export const LONGEST_CODE = 16;

/** For writing: code and length of each symbol. */
export interface Codes {
  readonly code: Uint16Array;
  readonly length: Uint8Array;
}

export function lookupOf({ counts, symbols }: CodeTable): Lookup {
  const short = new Uint16Array(1 << LOOKUP_BITS);
  const limit = new Int32Array(17);
  const offset = new Int32Array(17);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    offset[length] = index - code;
    for (let left = counts[length - 1]!; left > 0; left--, code++, index++) {
      if (length > LOOKUP_BITS) continue;
      const at = code << (LOOKUP_BITS - length);
      short.fill((length << 8) | symbols[index]!, at, at + (1 << (LOOKUP_BITS - length)));
    }
    limit[length] = code;
    if (code > 1 << length || index > symbols.length) throw new ParleyError('bad_pack', 'a JPEG has a broken table');
    code <<= 1;
  }
  return { short, limit, offset, symbols };
}

function codesOf({ counts, symbols }: CodeTable): Codes {
  const codes = { code: new Uint16Array(256), length: new Uint8Array(256) };
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    for (let left = counts[length - 1]!; left > 0; left--, code++, index++) {
      codes.code[symbols[index]!] = code;
      codes.length[symbols[index]!] = length;
    }
    code <<= 1;
  }
  return codes;
}

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** Every symbol that an AC code can stand for: a run of zeroes and a size, the end of a block, sixteen zeroes. */
const acSymbols = Array.from({ length: 256 }, (_, symbol) => symbol).filter((symbol) => {
  const size = symbol & 15;
  return (size >= 1 && size <= 10) || symbol === 0x00 || symbol === 0xf0;
});

/** Annex K names the frequent symbols first; the rest follow in their order, all with 16 bits. */
function acTable(counts: string, frequent: string): CodeTable {
  const first = bytes(frequent);
  return {
    counts: bytes(counts),
    symbols: Uint8Array.of(...first, ...acSymbols.filter((one) => !first.includes(one))),
  };
}

const sizes = bytes('000102030405060708090a0b');

const dcLuma: CodeTable = { counts: bytes('00010501010101010100000000000000'), symbols: sizes };
const dcChroma: CodeTable = { counts: bytes('00030101010101010101010000000000'), symbols: sizes };
const acLuma = acTable(
  '0002010303020403050504040000017d',
  '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282',
);
const acChroma = acTable(
  '00020102040403040705040400010277',
  '000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f1',
);

/** By the table's number in the file: 0 for brightness, 1 for colour. */
export const dcCodes: readonly Codes[] = [codesOf(dcLuma), codesOf(dcChroma)];
export const acCodes: readonly Codes[] = [codesOf(acLuma), codesOf(acChroma)];

/** The segment of a file that brings these four tables. */
export const tablesSegment: Uint8Array = segment([
  [0x00, dcLuma],
  [0x10, acLuma],
  [0x01, dcChroma],
  [0x11, acChroma],
]);

function segment(tables: readonly (readonly [name: number, table: CodeTable])[]): Uint8Array {
  const body = tables.flatMap(([name, { counts, symbols }]) => [name, ...counts, ...symbols]);
  const length = body.length + 2;
  return Uint8Array.of(0xff, 0xc4, length >> 8, length & 0xff, ...body);
}
