import type { BitWriter, StringLiteral } from "./bits.js";
import type { Term } from "./term.js";

/** What an open construct waits for: the expression that comes next is its … */
export type Awaited =
  | "tuple element"
  | "list element"
  | "list tail"
  | "map key"
  | "map value"
  | "inner expression"
  | "operand"
  | "segment"
  | "size";

/**
 * A construct that is open: the parser's stack, so that depth costs no JavaScript frames.
 * One class for all of them, since the parser looks at frames of every kind in the same places.
 */
export class Frame {
  awaited: Awaited;
  /** The offset of the opening token. */
  readonly opened: number;
  /** Where its values begin on the stack of values. */
  readonly base: number;
  /** Of an operand: the sign before it. */
  negative = false;
  /** Of a list: closing tokens that its tail has opened, the innermost last. */
  closers: string[] | undefined = undefined;
  /** Of a bit string: what is built. */
  bits: BitWriter | undefined = undefined;
  /** Of a bit string: the segment that is being read, and where it begins. */
  value: Term | StringLiteral | undefined = undefined;
  segmentStart = 0;

  constructor(awaited: Awaited, opened: number, base: number) {
    this.awaited = awaited;
    this.opened = opened;
    this.base = base;
  }
}
