import type { Atom, Bitstring, List, Pid, Port, Reference, Term } from "../term.js";
import { MAX_ATOM_CHARACTERS } from "./atoms.js";
import { EtfError } from "./error.js";
import { littleEndianOf } from "./numbers.js";
import * as tag from "./tags.js";
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
 * Throws {@link EtfError} for a value that Erlang can't have (an atom of 256 characters, a number that is not a safe
 * integer).
 */
export function encodeTerm(term: Term, options: EncodeOptions = {}): Uint8Array {
  const encoder = new Encoder(options);
  encoder.uint8(tag.VERSION);
  encoder.term(term);
  return encoder.take();
}

const textEncoder = new TextEncoder();
const STRING_MAX = 0xffff;
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/**
 * Terms and raw bytes, one after another in one growing buffer: for messages that hold several terms behind a header.
 *
 * ```ts
 * const size = encoder.length; encoder.uint32(0); encoder.uint8(131); encoder.term(control);
 * encoder.setUint32(size, encoder.length - size - 4);
 * ```
 */
export class Encoder extends Writer {
  readonly #utf8Only: boolean;

  constructor(options: EncodeOptions = {}, capacity?: number) {
    super(capacity);
    this.#utf8Only = options.minorVersion === 2;
  }

  /** Appends a term, without version byte. A loop with a stack of its own: terms may nest to any depth. */
  term(root: Term): void {
    const stack: Open[] = [];
    let open: Open = sequence([root], false, undefined);
    for (;;) {
      if (open.next === open.count) {
        if (open.tail !== undefined) {
          open = sequence([open.tail], false, undefined);
          continue;
        }
        if (open.list) this.uint8(tag.NIL_EXT);
        const outer = stack.pop();
        if (outer === undefined) return;
        open = outer;
        continue;
      }
      const at = open.next++;
      const term = open.entries === undefined ? open.terms[at]! : open.entries[at >> 1]![at & 1]!;
      const inner = this.#head(term);
      if (inner !== undefined) {
        stack.push(open);
        open = inner;
      }
    }
  }

  /** Writes a term up to its elements, and gives those if there are any. */
  #head(term: Term): Open | undefined {
    if (typeof term === "number") {
      this.#integer(term);
      return undefined;
    }
    if (typeof term === "bigint") {
      this.#bigint(term);
      return undefined;
    }
    switch (term.kind) {
      case "atom":
        this.#atom(term);
        return undefined;
      case "tuple": {
        const { elements } = term;
        if (elements.length < 256) {
          this.uint8(tag.SMALL_TUPLE_EXT);
          this.uint8(elements.length);
        } else {
          this.uint8(tag.LARGE_TUPLE_EXT);
          this.uint32(elements.length);
        }
        return sequence(elements, false, undefined);
      }
      case "list": {
        const { elements, tail } = term;
        if (elements.length === 0 && tail === undefined) {
          this.uint8(tag.NIL_EXT);
          return undefined;
        }
        if (tail === undefined && this.#string(term)) return undefined;
        this.uint8(tag.LIST_EXT);
        this.uint32(elements.length);
        return sequence(elements, true, tail);
      }
      case "map": {
        const { entries } = term;
        this.uint8(tag.MAP_EXT);
        this.uint32(entries.length);
        return { terms: [], entries, next: 0, count: 2 * entries.length, tail: undefined, list: false };
      }
      case "bitstring":
        this.#bitstring(term);
        return undefined;
      case "float":
        this.uint8(tag.NEW_FLOAT_EXT);
        this.float64(term.value);
        return undefined;
      case "pid":
        this.#pid(term);
        return undefined;
      case "port":
        this.#port(term);
        return undefined;
      case "reference":
        this.#reference(term);
        return undefined;
      case "external_fun":
        this.uint8(tag.EXPORT_EXT);
        this.#atom(term.module);
        this.#atom(term.function);
        this.uint8(tag.SMALL_INTEGER_EXT);
        this.uint8(term.arity);
        return undefined;
      case "fun":
        this.bytes(term.external);
        return undefined;
    }
  }

  #integer(value: number): void {
    if (value >= 0 && value < 256 && Number.isInteger(value)) {
      this.uint8(tag.SMALL_INTEGER_EXT);
      this.uint8(value);
    } else if (value === (value | 0)) {
      this.uint8(tag.INTEGER_EXT);
      this.uint32(value);
    } else if (Number.isSafeInteger(value)) {
      this.#bigint(BigInt(value));
    } else {
      throw new EtfError(this.length, "a safe integer, a bigint or a Float", `the number ${value}`);
    }
  }

  #bigint(value: bigint): void {
    if (value >= -0x8000_0000n && value <= 0x7fff_ffffn) {
      this.#integer(Number(value));
      return;
    }
    const digits = littleEndianOf(value < 0n ? -value : value);
    if (digits.length < 256) {
      this.uint8(tag.SMALL_BIG_EXT);
      this.uint8(digits.length);
    } else {
      this.uint8(tag.LARGE_BIG_EXT);
      this.uint32(digits.length);
    }
    this.uint8(value < 0n ? 1 : 0);
    this.bytes(digits);
  }

  #atom(term: Atom): void {
    const { name } = term;
    const latin1 = !this.#utf8Only && isLatin1(name);
    const bytes = latin1 ? Buffer.from(name, "latin1") : textEncoder.encode(name);
    if (name.length > MAX_ATOM_CHARACTERS || !latin1) this.#checkAtom(name);
    if (latin1) {
      this.uint8(tag.ATOM_EXT);
      this.uint16(bytes.length);
    } else if (bytes.length < 256) {
      this.uint8(tag.SMALL_ATOM_UTF8_EXT);
      this.uint8(bytes.length);
    } else {
      this.uint8(tag.ATOM_UTF8_EXT);
      this.uint16(bytes.length);
    }
    this.bytes(bytes);
  }

  #checkAtom(name: string): void {
    const characters = Array.from(name).length;
    if (characters > MAX_ATOM_CHARACTERS) {
      throw new EtfError(this.length, `an atom of at most ${MAX_ATOM_CHARACTERS} characters`, `${characters}`);
    }
    if (LONE_SURROGATE.test(name))
      throw new EtfError(this.length, "an atom of whole characters", "half a surrogate pair");
  }

  /** Writes a list of bytes in the short form, or nothing and false. */
  #string(term: List): boolean {
    const { elements } = term;
    if (elements.length > STRING_MAX) return false;
    for (const element of elements) {
      if (typeof element !== "number" || element < 0 || element > 255 || !Number.isInteger(element)) return false;
    }
    this.uint8(tag.STRING_EXT);
    this.uint16(elements.length);
    this.bytes(Uint8Array.from(elements as number[]));
    return true;
  }

  #bitstring(term: Bitstring): void {
    const { bytes, lastBits } = term;
    if (lastBits === 8 || bytes.length === 0) {
      this.uint8(tag.BINARY_EXT);
      this.uint32(bytes.length);
    } else {
      this.uint8(tag.BIT_BINARY_EXT);
      this.uint32(bytes.length);
      this.uint8(lastBits);
    }
    this.bytes(bytes);
  }

  #pid(term: Pid): void {
    this.uint8(tag.NEW_PID_EXT);
    this.#atom(term.node);
    this.uint32(term.id);
    this.uint32(term.serial);
    this.uint32(term.creation);
  }

  #port(term: Port): void {
    const wide = term.id > 0xfff_ffffn;
    this.uint8(wide ? tag.V4_PORT_EXT : tag.NEW_PORT_EXT);
    this.#atom(term.node);
    if (wide) this.uint64(term.id);
    else this.uint32(Number(term.id));
    this.uint32(term.creation);
  }

  #reference(term: Reference): void {
    this.uint8(tag.NEWER_REFERENCE_EXT);
    this.uint16(term.words.length);
    this.#atom(term.node);
    this.uint32(term.creation);
    for (const word of term.words) this.uint32(word);
  }
}

/** A compound term that is being written: its elements, or its entries. */
interface Open {
  readonly terms: readonly Term[];
  readonly entries: readonly (readonly [Term, Term])[] | undefined;
  next: number;
  readonly count: number;
  /** Written after the elements of a list; NIL_EXT is when it has none. */
  readonly tail: Term | undefined;
  readonly list: boolean;
}

function sequence(terms: readonly Term[], list: boolean, tail: Term | undefined): Open {
  return { terms, entries: undefined, next: 0, count: terms.length, tail, list };
}

function isLatin1(name: string): boolean {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) > 255) return false;
  return true;
}
