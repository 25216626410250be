import { Atom, Bitstring, ExternalFun, Float, OpaqueFun, Pid, Port, Reference, type Term } from "./term.js";

/**
 * The order of two terms of the same type that have no elements. `exact` as for map keys: an integer before a float, and
 * -0.0 before 0.0.
 */
export function compareAtomic(a: Term, b: Term, exact: boolean): number {
  if (a instanceof Atom && b instanceof Atom) return compareText(a.name, b.name);
  if (a instanceof Bitstring && b instanceof Bitstring) return compareBits(a, b);
  if (a instanceof Pid && b instanceof Pid) {
    return a.serial - b.serial || a.id - b.id || compareNodes(a, b);
  }
  if (a instanceof Port && b instanceof Port) {
    return compareNodes(a, b) || compareNumbers(a.id, b.id);
  }
  if (a instanceof Reference && b instanceof Reference) return compareReferences(a, b);
  if (isFun(a) && isFun(b)) return compareFuns(a, b);
  return compareNumeric(a as number | bigint | Float, b as number | bigint | Float, exact);
}

function compareNumeric(a: number | bigint | Float, b: number | bigint | Float, exact: boolean): number {
  if (exact && a instanceof Float !== b instanceof Float) return a instanceof Float ? 1 : -1;
  if (exact && a instanceof Float && a.value === 0) return compareZeros(a, b as Float);
  // JavaScript compares a bigint with a number by value, without rounding, as Erlang does.
  return compareNumbers(a instanceof Float ? a.value : a, b instanceof Float ? b.value : b);
}

const isNegativeZero = ({ value }: Float): number => (Object.is(value, -0) ? 1 : 0);

/** Of a zero and another float. */
const compareZeros = (zero: Float, other: Float): number =>
  compareNumbers(zero.value, other.value) || isNegativeZero(other) - isNegativeZero(zero);

const compareNumbers = (a: number | bigint, b: number | bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** By code points, which is the order of UTF-8 bytes; UTF-16 units would put U+E000 behind the pairs. */
function compareText(a: string, b: string): number {
  const common = Math.min(a.length, b.length);
  let at = 0;
  while (at < common && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === common) return a.length - b.length;
  const left = a.charCodeAt(at);
  const right = b.charCodeAt(at);
  const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;
  if (isSurrogate(left) !== isSurrogate(right)) return isSurrogate(left) ? 1 : -1;
  return left - right;
}

function compareBits(a: Bitstring, b: Bitstring): number {
  const common = Math.min(a.bytes.length, b.bytes.length);
  for (let index = 0; index < common; index++) {
    const order = a.bytes[index]! - b.bytes[index]!;
    if (order !== 0) return order;
  }
  return a.bytes.length - b.bytes.length || a.lastBits - b.lastBits;
}

interface OnNode {
  readonly node: Atom;
  readonly creation: number;
}

const compareNodes = (a: OnNode, b: OnNode): number => compareText(a.node.name, b.node.name) || a.creation - b.creation;

/** The words count as one number of which the last is the highest; missing ones are zero. */
function compareReferences(a: Reference, b: Reference): number {
  const nodes = compareNodes(a, b);
  if (nodes !== 0) return nodes;
  for (let index = Math.max(a.words.length, b.words.length) - 1; index >= 0; index--) {
    const order = (a.words[index] ?? 0) - (b.words[index] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

const isFun = (term: Term): term is ExternalFun | OpaqueFun => term instanceof ExternalFun || term instanceof OpaqueFun;

/** A fun of a module's body is less than `fun M:F/A`. */
function compareFuns(a: ExternalFun | OpaqueFun, b: ExternalFun | OpaqueFun): number {
  if (a instanceof ExternalFun) {
    if (!(b instanceof ExternalFun)) return 1;
    return (
      compareText(a.module.name, b.module.name) || compareText(a.function.name, b.function.name) || a.arity - b.arity
    );
  }
  if (!(b instanceof OpaqueFun)) return -1;
  return (
    compareText(a.module.name, b.module.name) ||
    a.index - b.index ||
    a.uniq - b.uniq ||
    compareBits(new Bitstring(a.external), new Bitstring(b.external))
  );
}
