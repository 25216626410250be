import type { Outcome } from "../target/target.js";
import { answered } from "./invoke.js";

/**
 * What became of each process of a group, in the group's order. Nearly always it is the same for all, so only those for
 * which it isn't are told one by one: of a hundred thousand processes usually none.
 */
export class Answers {
  readonly length: number;
  /** For every process that is not among the others. */
  readonly common: Outcome;
  /** By index. */
  readonly others: ReadonlyMap<number, Outcome>;

  constructor(length: number, common: Outcome, others: ReadonlyMap<number, Outcome> = new Map()) {
    this.length = length;
    this.common = common;
    this.others = others;
  }

  at(index: number): Outcome {
    return this.others.get(index) ?? this.common;
  }

  /** The same, but for some processes something else. */
  with(replaced: ReadonlyMap<number, Outcome>): Answers {
    return replaced.size === 0 ? this : new Answers(this.length, this.common, new Map([...this.others, ...replaced]));
  }

  /** The indexes of the processes for which something holds. */
  where(holds: (outcome: Outcome) => boolean): number[] {
    const indexes: number[] = [];
    if (!holds(this.common)) {
      for (const [index, outcome] of this.others) if (holds(outcome)) indexes.push(index);
      return indexes.sort((a, b) => a - b);
    }
    for (let index = 0; index < this.length; index++) if (holds(this.at(index))) indexes.push(index);
    return indexes;
  }

  /**
   * These, where every process is accounted for.
   * @param called what they were asked
   * @throws CallError where a question to some of them wasn't sent, or its answer didn't come
   */
  answered(called: string): this {
    if (this.others.size < this.length) answered(called, this.common);
    for (const outcome of this.others.values()) answered(called, outcome);
    return this;
  }

  toArray(): Outcome[] {
    const all = new Array<Outcome>(this.length).fill(this.common);
    for (const [index, outcome] of this.others) all[index] = outcome;
    return all;
  }
}
