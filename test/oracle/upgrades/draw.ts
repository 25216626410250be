import fc, { type GeneratorValue } from "fast-check";

/** Draws values one after another, for what is easier built step by step than composed of arbitraries. */
export class Draw {
  readonly #generator: GeneratorValue;

  constructor(generator: GeneratorValue) {
    this.#generator = generator;
  }

  number(min: number, max: number): number {
    return this.#generator(fc.integer, { min, max });
  }

  /** True in `percent` of a hundred cases; shrinks towards false. */
  chance(percent: number): boolean {
    return this.number(0, 99) >= 100 - percent;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.number(0, from.length - 1)]!;
  }

  /** One of the values, as often as its weight says. */
  weighted<T>(choices: readonly (readonly [weight: number, value: T])[]): T {
    let at = this.number(
      1,
      choices.reduce((sum, [weight]) => sum + weight, 0),
    );
    for (const [weight, value] of choices) {
      at -= weight;
      if (at <= 0) return value;
    }
    throw new Error("no choices");
  }

  /** Each with the same chance, in their order. */
  some<T>(from: readonly T[], percent: number): T[] {
    return from.filter(() => this.chance(percent));
  }

  shuffled<T>(from: readonly T[]): T[] {
    const rest = [...from];
    const result: T[] = [];
    while (rest.length > 0) result.push(...rest.splice(this.number(0, rest.length - 1), 1));
    return result;
  }

  times<T>(min: number, max: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.number(min, max) }, (_, index) => make(index));
  }
}
