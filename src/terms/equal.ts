import { compareExactly } from "./order.js";
import type { Term } from "./term.js";

/** `a =:= b`. As in OTP 27, 0.0 and -0.0 are two terms; up to OTP 26 they are one. Terms of any depth can be compared. */
export function equals(a: Term, b: Term): boolean {
  return a === b || compareExactly(a, b) === 0;
}
