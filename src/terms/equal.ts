import { compareExactly } from "./order.js";
import type { Term } from "./term.js";

/** `a =:= b`. As in OTP 25, 0.0 and -0.0 are equal. Terms of any depth can be compared. */
export function equals(a: Term, b: Term): boolean {
  return a === b || compareExactly(a, b) === 0;
}
