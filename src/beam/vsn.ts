import { integer, List, type Term } from "../terms/term.js";
import type { BeamInfo } from "./beam.js";

/**
 * The vsn that a release handler gives to `code_change` for a module whose `-vsn` values are these
 * (`release_handler_1:get_vsn/1`): a string as it is, a single other term by itself, else the whole list.
 */
export function codeChangeVsn(vsn: readonly Term[]): Term {
  const [first] = vsn;
  return vsn.length === 1 && first !== undefined && !vsn.every(isPrintable) ? first : new List(vsn);
}

/** As `misc_supp:is_string/1` has it: what is below a space is no character, also a newline. */
function isPrintable(term: Term): boolean {
  return typeof term === "number" && term >= 0x20 && term <= 0xff;
}

/** The vsn that a module declares; undefined where it declares none, and the compiler put its MD5 there. */
export function declaredVsn({ vsn, md5 }: BeamInfo): Term | undefined {
  const given = codeChangeVsn(vsn);
  return vsn.length === 0 || given === integer(BigInt(`0x${md5}`)) ? undefined : given;
}
