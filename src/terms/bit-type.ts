import { BitError } from "./bit-error.js";
import { Atom, type Term } from "./term.js";

/** A type specifier of a segment: `integer`, or `unit:8` with its argument. */
export interface TypeSpecifier {
  readonly name: string;
  readonly argument?: number | bigint;
}

/** erl_bits' record `bittype`, together with the size. */
export interface BitType {
  readonly type: "integer" | "float" | "binary" | "utf8" | "utf16" | "utf32";
  /** In units. `all` of a binary; undefined for the UTF types. */
  readonly size: number | "all" | undefined;
  /** Undefined for the UTF types. */
  readonly unit: number | undefined;
  readonly signed: boolean;
  readonly little: boolean;
}

/** What specifiers say before the defaults are applied. */
interface Specified {
  type?: BitType["type"];
  unit?: number;
  signed?: boolean;
  little?: boolean;
}

const nativeIsLittle = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const specifiers: ReadonlyMap<string, Specified> = new Map<string, Specified>([
  ["integer", { type: "integer" }],
  ["float", { type: "float" }],
  ["utf8", { type: "utf8" }],
  ["utf16", { type: "utf16" }],
  ["utf32", { type: "utf32" }],
  ["binary", { type: "binary" }],
  ["bytes", { type: "binary", unit: 8 }],
  ["bitstring", { type: "binary", unit: 1 }],
  ["bits", { type: "binary", unit: 1 }],
  ["big", { little: false }],
  ["little", { little: true }],
  ["native", { little: nativeIsLittle }],
  ["signed", { signed: true }],
  ["unsigned", { signed: false }],
]);

/**
 * erl_bits:set_bit_type/2: the type of a segment from its size (undefined: none written) and its specifiers.
 * `native` counts as its own endianness there, so it can't be joined with the other two.
 * @throws BitError where erl_bits answers an error
 */
export function makeBitType(size: Term | undefined, types: readonly TypeSpecifier[]): BitType {
  const merged: Specified = {};
  let endianness: string | undefined;
  for (const specifier of types) {
    const said = typeToRecord(specifier);
    if (said.little !== undefined) {
      if (endianness !== undefined && endianness !== specifier.name) throw mismatch(endianness, specifier.name);
      endianness = specifier.name;
    }
    mergeBitType(merged, said, specifier.name);
  }
  return applyDefaults(size, merged);
}

/** The size in bits. @throws BitError when it is no size */
export function unitBits(type: BitType): number {
  if (typeof type.size !== "number" || type.unit === undefined) throw new BitError("the size is no integer");
  return type.size * type.unit;
}

/** erl_bits:type_to_record/1 */
function typeToRecord({ name, argument }: TypeSpecifier): Specified {
  if (argument === undefined) {
    const known = specifiers.get(name);
    if (known !== undefined) return known;
  } else if (name === "unit" && typeof argument === "number" && argument >= 1 && argument <= 256) {
    return { unit: argument };
  }
  throw new BitError(`undefined bit type ${argument === undefined ? name : `${name}:${argument}`}`);
}

function mergeBitType(merged: Specified, said: Specified, name: string): void {
  for (const key of ["type", "unit", "signed", "little"] as const) {
    if (said[key] === undefined) continue;
    if (merged[key] !== undefined && merged[key] !== said[key]) throw mismatch(String(merged[key]), name);
  }
  Object.assign(merged, said);
}

const mismatch = (one: string, other: string) => new BitError(`bit types ${one} and ${other} exclude each other`);

/** erl_bits:apply_defaults/5 */
function applyDefaults(size: Term | undefined, specified: Specified): BitType {
  const { type = "integer", unit, signed = false, little = false } = specified;
  switch (type) {
    case "binary":
      return { type, size: size === undefined ? "all" : sizeOf(size, "all"), unit: unit ?? 8, signed, little };
    case "integer":
    case "float": {
      if (size === undefined && unit !== undefined) throw new BitError("a unit needs a size");
      const defaultSize = type === "integer" ? 8 : 64;
      return { type, size: size === undefined ? defaultSize : sizeOf(size), unit: unit ?? 1, signed, little };
    }
    case "utf8":
    case "utf16":
    case "utf32":
      if (unit !== undefined || !(size === undefined || (size instanceof Atom && size.name === "undefined"))) {
        throw new BitError(`${type} takes neither size nor unit`);
      }
      return { type, size: undefined, unit, signed, little };
  }
}

/** A size as it evaluates: an integer that is not negative, or (erl_bits' own name for it) the atom `all`. */
function sizeOf(size: Term, all?: "all"): number | "all" {
  if (all !== undefined && size instanceof Atom && size.name === "all") return all;
  if (typeof size === "number" && size >= 0) return size;
  if (typeof size === "bigint" && size >= 0n) return Number(size);
  throw new BitError("the size is no integer of at least 0");
}
