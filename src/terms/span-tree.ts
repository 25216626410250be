import { List, type Term } from "./term.js";

/** Where a part of a term was written: UTF-16 offsets, the end exclusive, and the parts inside it. */
export interface SpanNode {
  readonly start: number;
  readonly end: number;
  /** By the steps of a path; none for a part that has no parts of its own in the text, such as a string. */
  readonly children: readonly SpanNode[];
}

/** The node at `path`, or the last one on the way to it. */
export function nearestNode(root: SpanNode, path: readonly number[]): SpanNode {
  let node = root;
  for (const step of path) {
    const child = node.children[step];
    if (child === undefined) return node;
    node = child;
  }
  return node;
}

const NO_PARTS: readonly SpanNode[] = [];

/** Builds the tree beside the parser's stack of values. */
export class SpanStack {
  /** The place of the expression that was parsed last. */
  current: SpanNode = { start: 0, end: 0, children: NO_PARTS };
  readonly #nodes: SpanNode[] = [];

  leaf(start: number, end: number): void {
    this.current = { start, end, children: NO_PARTS };
  }

  push(): void {
    this.#nodes.push(this.current);
  }

  /** A tail that is a list adds elements; all of them are where the tail is. */
  pushTail(tail: Term): void {
    const count = tail instanceof List ? tail.elements.length + (tail.tail === undefined ? 0 : 1) : 1;
    for (let index = 0; index < count; index++) this.push();
  }

  /** Makes one node of each chosen entry's key and value, which were pushed by turns since `base`. */
  pair(base: number, chosen: readonly number[]): void {
    const nodes = this.#nodes.splice(base);
    for (const index of chosen) {
      const [key, value] = [nodes[2 * index]!, nodes[2 * index + 1]!];
      this.#nodes.push({ start: key.start, end: value.end, children: [key, value] });
    }
  }

  /** What was pushed since `base` are the parts of one node. */
  close(base: number, start: number, end: number): void {
    this.current = { start, end, children: this.#nodes.splice(base) };
  }
}
