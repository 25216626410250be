import { EtfError } from "./error.js";

const KEY_BUDGET_FACTOR = 8;
/** Keys are compared as strings, and V8 has none of more than 512 MB. */
const MAX_KEY_BUDGET = 2 ** 28;

/** A place in bytes, and the big-endian reads that every part of the decoder shares. Never reads past the end. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  offset: number;
  /**
   * How many bytes of keys may still be compared. Each key is written once for each map that it is in a key of; many
   * times the bytes there are means that somebody nested maps in keys to keep us busy.
   */
  keyBudget: number;

  constructor(bytes: Uint8Array, offset = 0) {
    // A Buffer's slice is a view of the same memory; a plain Uint8Array's is a copy.
    const { buffer, byteOffset, length } = bytes;
    this.bytes = Buffer.isBuffer(bytes) ? new Uint8Array(buffer, byteOffset, length) : bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = offset;
    this.keyBudget = Math.min(KEY_BUDGET_FACTOR * length, MAX_KEY_BUDGET);
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  /** Refuses to go on unless `count` more bytes are there for `expected`. */
  need(count: number, expected: string): void {
    if (count > this.bytes.length - this.offset) {
      throw new EtfError(this.offset, `${expected} of ${count} bytes`, `${this.remaining} left`);
    }
  }

  uint8(expected: string): number {
    if (this.offset >= this.bytes.length) throw new EtfError(this.offset, expected, "the end");
    return this.bytes[this.offset++]!;
  }

  uint16(expected: string): number {
    this.need(2, expected);
    const value = this.view.getUint16(this.offset);
    this.offset += 2;
    return value;
  }

  uint32(expected: string): number {
    this.need(4, expected);
    const value = this.view.getUint32(this.offset);
    this.offset += 4;
    return value;
  }

  int32(expected: string): number {
    this.need(4, expected);
    const value = this.view.getInt32(this.offset);
    this.offset += 4;
    return value;
  }

  uint64(expected: string): bigint {
    this.need(8, expected);
    const value = this.view.getBigUint64(this.offset);
    this.offset += 8;
    return value;
  }

  float64(expected: string): number {
    this.need(8, expected);
    const value = this.view.getFloat64(this.offset);
    this.offset += 8;
    return value;
  }

  /** Moves past the next `count` bytes. */
  skip(count: number, expected: string): void {
    this.need(count, expected);
    this.offset += count;
  }

  /** The next `count` bytes, as a view. */
  take(count: number, expected: string): Uint8Array {
    this.need(count, expected);
    const start = this.offset;
    this.offset += count;
    return this.bytes.subarray(start, start + count);
  }

  /** The next `count` bytes, as a copy that does not hold on to the rest. */
  copy(count: number, expected: string): Uint8Array {
    this.need(count, expected);
    const start = this.offset;
    this.offset += count;
    return this.bytes.slice(start, start + count);
  }
}
