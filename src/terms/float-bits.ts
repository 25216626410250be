import { BitError } from "./bit-error.js";
import { Float } from "./term.js";

/**
 * A number as the bytes of an IEEE 754 float of 16, 32 or 64 bits. What is too large for the smaller ones becomes an
 * infinity, as in OTP 25.
 * @throws BitError for another width, or an integer beyond every float
 */
export function floatBytes(value: Float | number | bigint, bits: number, little: boolean): Uint8Array {
  const number = value instanceof Float ? value.value : Number(value);
  if (!Number.isFinite(number)) throw new BitError("the value is too large for a float");
  const view = new DataView(new ArrayBuffer(bits === 16 || bits === 32 || bits === 64 ? bits / 8 : 0));
  if (bits === 64) view.setFloat64(0, number, little);
  else if (bits === 32) view.setFloat32(0, number, little);
  else if (bits === 16) view.setUint16(0, halfOf(number), little);
  else throw new BitError("a float has 16, 32 or 64 bits");
  return new Uint8Array(view.buffer);
}

/** The half-precision float nearest to `value` (ties to even), as its 16 bits. */
function halfOf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude < 2 ** -14) return sign | roundToEven(magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  if (exponent > 15) return sign | 0x7c00;
  // A mantissa that rounds up to 2 carries into the exponent, which is what is wanted.
  return sign | Math.min(0x7c00, ((exponent + 15) << 10) + roundToEven((magnitude / 2 ** exponent - 1) * 1024));
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
