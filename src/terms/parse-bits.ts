import { BitError } from "./bit-error.js";
import type { TypeSpecifier } from "./bit-type.js";
import type { StringLiteral } from "./bits.js";
import type { Frame } from "./frame.js";
import type { Bitstring, Term } from "./term.js";
import type { Tokens } from "./tokens.js";

/**
 * Ends the segment whose value and size are there. The bit string when that was the last one; undefined when another
 * one follows.
 *
 *     bin_elements -> bin_element | bin_element ',' bin_elements
 *     bin_element -> bit_expr opt_bit_size_expr opt_bit_type_list
 */
export function parseSegmentEnd(
  tokens: Tokens,
  frame: Frame,
  value: Term | StringLiteral,
  size: Term | undefined,
): Bitstring | undefined {
  const bits = frame.bits!;
  const types = parseBitTypeList(tokens);
  try {
    bits.append({ value, size, types });
  } catch (error) {
    if (!(error instanceof BitError)) throw error;
    const summary = `a segment that makes no bits: ${error.message}`;
    throw tokens.errors.badTerm(summary, frame.segmentStart, tokens.scanner.start);
  }
  if (tokens.comma()) {
    frame.awaited = "segment";
    frame.segmentStart = tokens.scanner.start;
    return undefined;
  }
  if (!tokens.at(">>")) throw tokens.errors.unexpected("',' or '>>'", frame.opened);
  return bits.finish();
}

const NO_TYPES: readonly TypeSpecifier[] = [];

/**
 *     opt_bit_type_list -> '/' bit_type_list | '$empty'
 *     bit_type_list -> bit_type '-' bit_type_list | bit_type
 *     bit_type -> atom | atom ':' integer
 */
function parseBitTypeList(tokens: Tokens): readonly TypeSpecifier[] {
  if (!tokens.at("/")) return NO_TYPES;
  const types: TypeSpecifier[] = [];
  do {
    tokens.next();
    const { name } = tokens.expectAtom("a type of a segment");
    if (!tokens.at(":")) {
      types.push({ name });
      continue;
    }
    tokens.next();
    const argument = tokens.scanner.integer;
    tokens.expect("integer", "a unit");
    types.push({ name, argument });
  } while (tokens.at("-"));
  return types;
}
