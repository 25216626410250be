import { integer } from "./term.js";

/** Integers beyond this are refused (Erlang's own limit is of the same order). */
const MAX_BITS = 1 << 25;

/** So many digits of any base stay a safe integer. */
const SAFE_DIGITS: readonly number[] = Array.from({ length: 37 }, (_, base) =>
  base < 2 ? 0 : Math.floor(53 / Math.log2(base)),
);

/**
 * The integer that the digits say in `base` (2 to 36), or undefined when it is too large to be held.
 * @param digits only digits of that base, at least one
 */
export function parseInteger(digits: string, base: number): number | bigint | undefined {
  if (digits.length <= SAFE_DIGITS[base]!) return Number.parseInt(digits, base);
  const significant = digits.replace(/^0+(?=.)/, "");
  if (significant.length * Math.log2(base) > MAX_BITS) return undefined;
  return integer(toBigInt(significant, base));
}

function toBigInt(digits: string, base: number): bigint {
  if (base === 10) return BigInt(digits);
  if (base === 16) return BigInt(`0x${digits}`);
  if (digits.length <= SAFE_DIGITS[base]!) return BigInt(Number.parseInt(digits, base));
  // Halving keeps the multiplications large and few.
  const low = digits.length >> 1;
  const cut = digits.length - low;
  return toBigInt(digits.slice(0, cut), base) * BigInt(base) ** BigInt(low) + toBigInt(digits.slice(cut), base);
}
