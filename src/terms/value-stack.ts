import type { Term } from "./term.js";

/** The elements of all constructs that are open. Popping only moves `top`: a shrinking array would be copied. */
export class ValueStack {
  readonly #values: Term[] = [];
  top = 0;

  push(value: Term): void {
    this.#values[this.top++] = value;
  }

  /** A copy of what was pushed since `top` was `base`. */
  from(base: number): Term[] {
    return this.#values.slice(base, this.top);
  }
}
