import { floatBytes } from "./float-bits.js";
import { makeBitType, unitBits, type BitType, type TypeSpecifier } from "./bit-type.js";
import { BitError } from "./bit-error.js";
import { Bitstring, Float, type Term } from "./term.js";

/** A string literal inside `<<...>>` stands for one segment per character. */
export class StringLiteral {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** One element of `<<...>>`: erl_parse's `{bin_element, _, Value, Size, Types}`. */
export interface Segment {
  readonly value: Term | StringLiteral;
  /** The size as written; undefined for none. */
  readonly size: Term | undefined;
  /** The type specifiers in the order they were written. */
  readonly types: readonly TypeSpecifier[];
}

/** How many bits may still be made: sizes let a short text ask for much memory. */
export interface BitBudget {
  bits: number;
}

/** 64 MiB, and 8 bytes for each of the text's characters, which is more than any text needs by itself. */
export const bitBudget = (characters: number): BitBudget => ({ bits: 2 ** 29 + characters * 64 });

/** Builds a bit string from segments, as eval_bits:expr_grp/3 does. */
export class BitWriter {
  readonly #budget: BitBudget;
  #bytes = new Uint8Array(16);
  #bits = 0;

  constructor(budget: BitBudget) {
    this.#budget = budget;
  }

  /**
   * Appends the segment (eval_bits:eval_field/5).
   * @throws BitError where OTP raises, and when the budget is used up
   */
  append(segment: Segment): void {
    const type = makeBitType(segment.size, segment.types);
    const { value } = segment;
    if (!(value instanceof StringLiteral)) {
      this.#field(value, type);
      return;
    }
    for (const character of value.text) this.#field(character.codePointAt(0)!, type);
    // Even an empty string has to fit its type.
    if (value.text === "") new BitWriter(this.#budget).#field(0, type);
  }

  /** Appends the low eight bits. */
  #byte(value: number): void {
    this.#reserve(8);
    this.#push(value & 0xff, 8);
  }

  finish(): Bitstring {
    const bytes = this.#bytes.slice(0, Math.ceil(this.#bits / 8));
    return new Bitstring(bytes, this.#bits % 8 === 0 ? 8 : this.#bits % 8);
  }

  /** eval_bits:eval_exp_field/6 */
  #field(value: Term, type: BitType): void {
    switch (type.type) {
      case "integer":
        if (typeof value !== "number" && typeof value !== "bigint") throw new BitError("the value is no integer");
        if (typeof value === "number" && unitBits(type) === 8) this.#byte(value);
        else this.#integer(value, unitBits(type), type.little);
        return;
      case "float":
        if (!(value instanceof Float) && typeof value !== "number" && typeof value !== "bigint") {
          throw new BitError("the value is no number");
        }
        for (const byte of floatBytes(value, unitBits(type), type.little)) this.#byte(byte);
        return;
      case "binary":
        this.#binary(value, type);
        return;
      case "utf8":
      case "utf16":
      case "utf32":
        this.#character(value, type);
    }
  }

  #binary(value: Term, type: BitType): void {
    if (!(value instanceof Bitstring)) throw new BitError("the value is no binary");
    const available = value.bytes.length * 8 - (8 - value.lastBits);
    const bits = type.size === "all" ? available : unitBits(type);
    if (type.size === "all" && bits % type.unit! !== 0) {
      throw new BitError(`the value is not a whole number of units of ${type.unit!} bits`);
    }
    if (bits > available) throw new BitError("the value is shorter than the size");
    this.#reserve(bits);
    const whole = Math.floor(bits / 8);
    for (let index = 0; index < whole; index++) this.#push(value.bytes[index]!, 8);
    if (bits % 8 !== 0) this.#push(value.bytes[whole]! >> (8 - (bits % 8)), bits % 8);
  }

  #character(value: Term, type: BitType): void {
    if (typeof value !== "number" || value < 0 || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
      throw new BitError("the value is no Unicode character");
    }
    if (type.type === "utf32") {
      this.#integer(value, 32, type.little);
    } else if (type.type === "utf8") {
      for (const byte of new TextEncoder().encode(String.fromCodePoint(value))) this.#byte(byte);
    } else {
      const text = String.fromCodePoint(value);
      for (let index = 0; index < text.length; index++) this.#integer(text.charCodeAt(index), 16, type.little);
    }
  }

  /** The low bits of the value; the rest is cut off. Little-endian puts the part that fills no byte last. */
  #integer(value: number | bigint, bits: number, little: boolean): void {
    this.#reserve(bits);
    const bytes = lowBytes(value, bits);
    const partial = bits % 8;
    const last = bytes.length - 1;
    for (let at = 0; at <= last; at++) {
      const significance = little ? at : last - at;
      if (significance === last && partial !== 0) this.#push(bytes[significance]! & ((1 << partial) - 1), partial);
      else this.#push(bytes[significance]!, 8);
    }
  }

  /** Appends `bits` (1 to 8) bits, for which there is room. */
  #push(value: number, bits: number): void {
    const used = this.#bits % 8;
    const at = Math.floor(this.#bits / 8);
    const shifted = value << (16 - bits - used);
    this.#bytes[at] = this.#bytes[at]! | (shifted >> 8);
    if (used + bits > 8) this.#bytes[at + 1] = shifted & 0xff;
    this.#bits += bits;
  }

  #reserve(bits: number): void {
    this.#budget.bits -= bits;
    if (this.#budget.bits < 0) throw new BitError("the bit strings are too large");
    const needed = Math.ceil((this.#bits + bits) / 8) + 1;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** The lowest `bits` bits of the two's complement, the least significant byte first. */
function lowBytes(value: number | bigint, bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits / 8));
  if (value < 0) bytes.fill(0xff);
  if (Number.isInteger(value) && value >= 0 && value <= 0xff) {
    if (bytes.length > 0) bytes[0] = Number(value);
    return bytes;
  }
  // Digits beyond the value's own are its sign, which is filled in already.
  const width = Math.min(bytes.length * 2, value.toString(16).length + 1);
  const hex = BigInt.asUintN(width * 4, BigInt(value))
    .toString(16)
    .padStart(width, "0");
  for (let digit = 0; digit < width; digit++) {
    const nibble = Number.parseInt(hex[width - 1 - digit]!, 16);
    const at = digit >> 1;
    bytes[at] = digit % 2 === 0 ? (bytes[at]! & 0xf0) | nibble : (bytes[at]! & 0x0f) | (nibble << 4);
  }
  return bytes;
}
