/** Less than this is copied out, which is quicker than making a new buffer. */
const COPY_BELOW = 4096;
/** A larger buffer is not kept for the next bytes. */
const KEEP_BELOW = 1 << 16;

/**
 * Bytes that grow at the end. The fields are open to the encoder's inner loops, which write to `bytes` directly after
 * {@link reserve}; `bytes` and `view` are other objects after each call that may grow.
 */
export class Writer {
  bytes: Uint8Array;
  view: DataView;
  /** How many bytes are written. */
  length = 0;
  readonly #capacity: number;

  /** `capacity`: how many bytes to make room for at first, and again after each {@link take}. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` bytes, counts them as written, and says where they start. */
  reserve(count: number): number {
    const start = this.length;
    this.length = start + count;
    if (this.length > this.bytes.length) this.#grow(start);
    return start;
  }

  #grow(used: number): void {
    const bytes = new Uint8Array(Math.max(this.length, 2 * this.bytes.length));
    bytes.set(this.bytes.subarray(0, used));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  uint8(value: number): void {
    const at = this.reserve(1);
    this.bytes[at] = value;
  }

  /** A tag and a byte. */
  tagged8(tag: number, value: number): void {
    const at = this.reserve(2);
    this.bytes[at] = tag;
    this.bytes[at + 1] = value;
  }

  /** A tag and a big-endian number of 16 bits. */
  tagged16(tag: number, value: number): void {
    const at = this.reserve(3);
    const { bytes } = this;
    bytes[at] = tag;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value;
  }

  /** A tag and a big-endian number of 32 bits. */
  tagged32(tag: number, value: number): void {
    const at = this.reserve(5);
    this.bytes[at] = tag;
    this.put32(at + 1, value);
  }

  uint32(value: number): void {
    this.put32(this.reserve(4), value);
  }

  /** Writes over four bytes that are there already. */
  put32(at: number, value: number): void {
    const { bytes } = this;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }

  raw(value: Uint8Array): void {
    const at = this.reserve(value.length);
    // A call into the engine costs more than a few bytes.
    if (value.length > 24) this.bytes.set(value, at);
    else for (let i = 0; i < value.length; i++) this.bytes[at + i] = value[i]!;
  }

  /** What is written. The writer is empty afterwards, and never touches those bytes again. */
  take(): Uint8Array {
    const { bytes, length } = this;
    this.length = 0;
    if (length < COPY_BELOW && bytes.length < KEEP_BELOW) return bytes.slice(0, length);
    this.bytes = new Uint8Array(this.#capacity);
    this.view = new DataView(this.bytes.buffer);
    return bytes.subarray(0, length);
  }
}
