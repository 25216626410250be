/** Bytes that grow at the end. */
export class Writer {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** How many bytes are written. */
  get length(): number {
    return this.#length;
  }

  /** Makes room for `count` more bytes, counts them as written, and says where they start. */
  extend(count: number): number {
    const start = this.#length;
    const end = start + count;
    if (end > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      bytes.set(this.#bytes.subarray(0, start));
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    this.#length = end;
    return start;
  }

  uint8(value: number): void {
    const at = this.extend(1);
    this.#bytes[at] = value;
  }

  uint16(value: number): void {
    const at = this.extend(2);
    this.#view.setUint16(at, value);
  }

  uint32(value: number): void {
    const at = this.extend(4);
    this.#view.setUint32(at, value);
  }

  uint64(value: bigint): void {
    const at = this.extend(8);
    this.#view.setBigUint64(at, value);
  }

  float64(value: number): void {
    const at = this.extend(8);
    this.#view.setFloat64(at, value);
  }

  bytes(value: Uint8Array): void {
    const at = this.extend(value.length);
    this.#bytes.set(value, at);
  }

  /** Overwrites four bytes that were written before: a length that is known only afterwards. */
  setUint32(at: number, value: number): void {
    if (at + 4 > this.#length) throw new RangeError(`nothing is written at ${at}`);
    this.#view.setUint32(at, value);
  }

  setUint8(at: number, value: number): void {
    if (at >= this.#length) throw new RangeError(`nothing is written at ${at}`);
    this.#bytes[at] = value;
  }

  /** Forgets what is written from `length` on. */
  truncate(length: number): void {
    if (length > this.#length) throw new RangeError(`only ${this.#length} bytes are written`);
    this.#length = length;
  }

  /** What is written, as a view. The writer is empty afterwards and never touches those bytes again. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array(256);
    this.#view = new DataView(this.#bytes.buffer);
    this.#length = 0;
    return taken;
  }
}
