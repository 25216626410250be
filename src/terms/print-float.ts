/** From here on integers have gaps, and OTP always writes an exponent. */
const ALWAYS_SCIENTIFIC = 2 ** 53;

/**
 * A float as `float_to_list(Float, [short])` of OTP 25: the fewest digits that read back as the same float, with an
 * exponent where that is shorter.
 */
export function printFloat(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const magnitude = Math.abs(value);
  if (magnitude === 0) return `${sign}0.0`;
  // JavaScript's exponential form has the same fewest digits: "1.25e+2".
  const [mantissa, exponentText] = magnitude.toExponential().split("e") as [string, string];
  const digits = mantissa.replace(".", "");
  const exponent = Number(exponentText);
  const scientific = `${digits[0]!}.${digits.slice(1) || "0"}e${exponent}`;
  if (magnitude >= ALWAYS_SCIENTIFIC) return sign + scientific;
  const plain = decimal(digits, exponent);
  return sign + (plain.length <= scientific.length ? plain : scientific);
}

/** The digits with a point behind the one that stands for 10^0. */
function decimal(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${whole}.${digits.slice(exponent + 1) || "0"}`;
}
