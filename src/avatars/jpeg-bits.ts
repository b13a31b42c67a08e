/** The entropy-coded part of a JPEG, bit by bit. After a byte of 0xff stands a 0 that means nothing ("stuffing"). */
import { ParleyError } from '../errors.js';
import type { Codes, Lookup } from './jpeg-codes.js';
import { LONGEST_CODE, LOOKUP_BITS } from './jpeg-codes.js';

export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  /** The next bits, left-aligned in 32. */
  #bits = 0;
  #count = 0;
  /** Bits handed out that the file does not have. */
  #missing = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** The symbol of the next code. */
  symbol({ short, limit, offset, symbols }: Lookup): number {
    if (this.#count < 16) this.#fill();
    const entry = short[this.#bits >>> (32 - LOOKUP_BITS)]!;
    if (entry !== 0) {
      this.#drop(entry >> 8);
      return entry & 0xff;
    }
    for (let length = LOOKUP_BITS + 1; length <= LONGEST_CODE; length++) {
      const code = this.#bits >>> (32 - length);
      if (code >= limit[length]!) continue;
      this.#drop(length);
      return symbols[code + offset[length]!]!;
    }
    throw new ParleyError('bad_pack', 'a JPEG has a code that stands in none of its tables');
  }

  /** A signed number of `size` bits, as JPEG writes it: those that begin with 0 are negative. */
  value(size: number): number {
    if (size === 0) return 0;
    if (this.#count < size) this.#fill();
    const raw = this.#bits >>> (32 - size);
    this.#drop(size);
    return raw < 1 << (size - 1) ? raw - (1 << size) + 1 : raw;
  }

  #fill(): void {
    while (this.#count <= 24) {
      this.#bits |= this.#byte() << (24 - this.#count);
      this.#count += 8;
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at] ?? 0xff;
    if (byte !== 0xff) {
      this.#at += 1;
      return byte;
    }
    if (this.#bytes[this.#at + 1] === 0) {
      this.#at += 2;
      return 0xff;
    }
    // The marker that ends the scan. Reading ahead comes here, too; reading on and on is a file that was cut off.
    this.#missing += 8;
    if (this.#missing > 64) throw new ParleyError('bad_pack', 'a JPEG ends in the middle of its picture');
    return 0;
  }

  #drop(count: number): void {
    this.#bits <<= count;
    this.#count -= count;
  }
}

/** Collects bits. `stuffed`: for a file; without, for a store that is copied from again. */
export class BitWriter {
  readonly #stuffed: boolean;
  #bytes: Uint8Array;
  #length = 0;
  #bits = 0;
  #count = 0;

  constructor(stuffed: boolean, expected: number) {
    this.#stuffed = stuffed;
    this.#bytes = new Uint8Array(expected);
  }

  /** Bits written so far; of a stuffed writer without meaning. */
  get position(): number {
    return this.#length * 8 + this.#count;
  }

  /** The lowest `count` bits of `bits`, at most 24 of them. */
  put(bits: number, count: number): void {
    this.#bits = (this.#bits << count) | (bits & ((1 << count) - 1));
    this.#count += count;
    while (this.#count >= 8) {
      this.#count -= 8;
      this.#push((this.#bits >>> this.#count) & 0xff);
    }
    this.#bits &= (1 << this.#count) - 1;
  }

  code({ code, length }: Codes, symbol: number): void {
    this.put(code[symbol]!, length[symbol]!);
  }

  /** The number's `size` bits, as BitReader.value reads them. */
  value(value: number, size: number): void {
    if (size > 0) this.put(value < 0 ? value - 1 : value, size);
  }

  /** The bits of an unstuffed store from `from` to `to`. */
  copy(store: Uint8Array, from: number, to: number): void {
    let at = from;
    const odd = Math.min((8 - (at & 7)) & 7, to - at);
    if (odd > 0) this.put(store[at >> 3]! >> (8 - (at & 7) - odd), odd);
    at += odd;
    for (; to - at >= 24; at += 24) {
      const byte = at >> 3;
      this.put((store[byte]! << 16) | (store[byte + 1]! << 8) | store[byte + 2]!, 24);
    }
    for (; to - at >= 8; at += 8) this.put(store[at >> 3]!, 8);
    if (at < to) this.put(store[at >> 3]! >> (8 - (to - at)), to - at);
  }

  append(bytes: Uint8Array): void {
    this.#room(bytes.byteLength);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  /** All of it, the last byte filled up with ones, as the end of a scan has to be, and whole bytes after that. */
  finish(after?: Uint8Array): Uint8Array {
    if (this.#count > 0) this.put(0xff, 8 - this.#count);
    if (after !== undefined) this.append(after);
    return this.#bytes.subarray(0, this.#length);
  }

  #push(byte: number): void {
    this.#room(2);
    this.#bytes[this.#length++] = byte;
    if (byte === 0xff && this.#stuffed) this.#bytes[this.#length++] = 0;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.byteLength) return;
    const larger = new Uint8Array(this.#bytes.byteLength * 2 + more);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
