import type { BitWriter, StringLiteral } from "./bits.js";
import { nil, type Term } from "./term.js";

/** What an open construct waits for: the expression that comes next is its … */
export type Awaited =
  "tuple element" | "list element" | "list tail" | "map key" | "map value" | "inner" | "operand" | "segment" | "size";

/** A construct that is open: the parser's stack, so that depth costs no JavaScript frames. */
export class Frame {
  awaited: Awaited;
  /** The offset of the opening token. */
  readonly opened: number;
  /** Where its values begin on the stack of values. */
  readonly base: number;
  /** Of a sign. */
  negative = false;
  /** Of a list: closing tokens that its tail has opened, the innermost last. */
  closers: string[] | undefined;
  /** Of a bit string: what is built, and the segment that waits for its size. */
  bits: BitWriter | undefined;
  value: Term | StringLiteral = nil;
  segmentStart = 0;

  constructor(awaited: Awaited, opened: number, base: number) {
    this.awaited = awaited;
    this.opened = opened;
    this.base = base;
  }
}
