import * as yaml from "yaml";
import { throwProblems, type Problem } from "../../terms/problem.js";
import type { SourceText } from "../../terms/source-text.js";

/** What each alias stands for. */
export type AliasTargets = ReadonlyMap<yaml.Alias, yaml.Node>;

/** How many nodes the aliases of a file may add to it, all together. */
const maxAdded = 200_000;

/**
 * Finds what every alias stands for: the last node before it with that anchor. Throws a ProblemError where one stands
 * for nothing, for a part that holds itself, or where the whole grows too large (`alias-bomb`).
 */
export function resolveAliases(root: yaml.Node | null, source: SourceText): AliasTargets {
  const walk = new Walk(source);
  walk.checkTotal(walk.size(root));
  throwProblems(walk.problems);
  return walk.targets;
}

class Walk {
  readonly targets = new Map<yaml.Alias, yaml.Node>();
  readonly problems: Problem[] = [];
  readonly #source: SourceText;
  readonly #anchors = new Map<string, yaml.Node>();
  /** The size of each anchored node that is finished; one that is still open holds the alias that asks. */
  readonly #sizes = new Map<yaml.Node, number>();
  #written = 0;
  #lastAlias: yaml.Alias | undefined;

  constructor(source: SourceText) {
    this.#source = source;
  }

  /** How many nodes there are in `node` with its aliases replaced. */
  size(node: unknown): number {
    if (yaml.isAlias(node)) return this.#alias(node);
    if (!yaml.isNode(node)) return 0;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#written++;
    let size = 1;
    if (yaml.isSeq(node)) {
      for (const item of node.items) size += this.size(item);
    } else if (yaml.isMap(node)) {
      for (const { key, value } of node.items) size += this.size(key) + this.size(value);
    }
    if (node.anchor !== undefined) this.#sizes.set(node, size);
    return size;
  }

  #alias(alias: yaml.Alias): number {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) {
      this.#refuse("syntax-error", `YAML: the alias *${alias.source} stands for nothing`, alias);
      return 1;
    }
    const size = this.#sizes.get(target);
    if (size === undefined) {
      this.#refuse("syntax-error", `YAML: the alias *${alias.source} stands for a part that holds the alias`, alias);
      return 1;
    }
    this.targets.set(alias, target);
    this.#lastAlias = alias;
    return size;
  }

  /** Aliases of aliases multiply: a few lines can stand for more nodes than there are atoms in the sea. */
  checkTotal(size: number): void {
    if (this.#lastAlias === undefined || size <= this.#written + maxAdded) return;
    this.#refuse(
      "alias-bomb",
      `the aliases make the file too large: they add more than ${maxAdded} parts`,
      this.#lastAlias,
    );
  }

  #refuse(code: string, summary: string, alias: yaml.Alias): void {
    const [start, end] = alias.range!;
    this.problems.push({ code, severity: "error", summary, span: this.#source.span(start, end) });
  }
}
