import type { Term } from "../term.js";
import * as tag from "./tags.js";
import { writeTerm } from "./write-term.js";
import { Writer } from "./writer.js";

export { EtfError } from "./error.js";

export interface EncodeOptions {
  /**
   * As the option of `erlang:term_to_binary/2`: 1 writes atoms in Latin-1 where they fit (the default of OTP 25), 2
   * writes all in UTF-8 (the default since OTP 26). Every release from 25 on reads both. 1 when not given.
   */
  readonly minorVersion?: 1 | 2;
}

/**
 * The external form of a term, version byte included: what `erlang:term_to_binary/1` of OTP 25 gives, byte for byte,
 * except that a map's entries come in the order they have here.
 *
 * Throws {@link EtfError} for a value that Erlang can't have: an atom of 256 characters, a number that is not a safe
 * integer, an identifier out of range.
 */
export function encodeTerm(term: Term, options?: EncodeOptions): Uint8Array {
  scratch.length = 0;
  scratch.uint8(tag.VERSION);
  writeTerm(scratch, term, options?.minorVersion === 2);
  return scratch.take();
}

const INITIAL_CAPACITY = 1024;

/** For one term at a time: most are small, and a buffer for each would cost more than writing it. */
const scratch = new Writer(INITIAL_CAPACITY);

/**
 * Terms and raw bytes, one after another in one growing buffer: for messages that hold several terms behind a header.
 *
 * ```ts
 * const start = encoder.length;
 * encoder.uint32(0).uint8(112).uint8(131).term(control).uint8(131).term(payload);
 * encoder.setUint32(start, encoder.length - start - 4);
 * ```
 *
 * When a term is refused, what was written of it is taken back, and the encoder can be used further.
 */
export class Encoder {
  readonly #utf8: boolean;
  readonly #writer: Writer;

  /** `capacity`: how many bytes to make room for at first. */
  constructor(options: EncodeOptions = {}, capacity = INITIAL_CAPACITY) {
    this.#utf8 = options.minorVersion === 2;
    this.#writer = new Writer(capacity);
  }

  /** How many bytes are written. */
  get length(): number {
    return this.#writer.length;
  }

  uint8(value: number): this {
    this.#writer.uint8(value);
    return this;
  }

  /** Big-endian, as every number in these protocols. */
  uint32(value: number): this {
    this.#writer.uint32(value);
    return this;
  }

  bytes(value: Uint8Array): this {
    this.#writer.raw(value);
    return this;
  }

  /** Appends a term, without version byte. Throws as {@link encodeTerm}. */
  term(term: Term): this {
    const before = this.#writer.length;
    try {
      writeTerm(this.#writer, term, this.#utf8);
    } catch (error) {
      this.#writer.length = before;
      throw error;
    }
    return this;
  }

  /** Writes over four bytes that are there already: a length that is known only afterwards. */
  setUint32(at: number, value: number): this {
    if (at < 0 || at + 4 > this.#writer.length) throw new RangeError(`no four bytes are written at ${at}`);
    this.#writer.put32(at, value);
    return this;
  }

  /** What is written; nothing else writes to it. The encoder starts again, empty. */
  take(): Uint8Array {
    return this.#writer.take();
  }
}
