import * as yaml from "yaml";
import { ProblemError, type Span } from "../../terms/problem.js";
import { ArrayDraft, Broken, Fault, LeafDraft, Misfit, type Draft, type Origin } from "../draft/draft.js";
import { clip } from "../draft/found.js";
import type { TermNode } from "../erlang/node.js";
import type { RuleId } from "../wording/catalog.js";
import { erlTag, type YamlDocument } from "./document.js";
import { parseErl } from "./erl-scalar.js";

export interface YamlEntry {
  readonly key: string;
  readonly keyNode: YamlNode;
  readonly value: YamlNode;
}

/** A node of a YAML document, its aliases followed, with its place. */
export class YamlNode implements Origin {
  readonly form = "yaml";
  readonly #document: YamlDocument;
  readonly #written: yaml.Node | null;
  readonly #node: yaml.Node | null;

  constructor(document: YamlDocument, node: yaml.Node | null) {
    this.#document = document;
    this.#written = node;
    this.#node = yaml.isAlias(node) ? document.targets.get(node)! : node;
  }

  span(): Span {
    const range = (this.#node ?? this.#written)?.range;
    const { source } = this.#document;
    return range == null ? source.span(0, 0) : source.span(range[0], this.#end(range[0], range[1]));
  }

  /** A block ends with its last character, not with the blank lines behind it. */
  #end(start: number, end: number): number {
    const { text } = this.#document.source;
    let at = end;
    while (at > start && /\s/.test(text[at - 1]!)) at--;
    return at;
  }

  get isMapping(): boolean {
    return yaml.isMap(this.#node);
  }

  get isSequence(): boolean {
    return yaml.isSeq(this.#node);
  }

  /** The value of a scalar that is no `!erl`; undefined for every other node. `null` also for a value left out. */
  get scalar(): string | number | bigint | boolean | null | undefined {
    if (this.#node === null) return null;
    if (!yaml.isScalar(this.#node) || this.#node.tag === erlTag) return undefined;
    return this.#node.value as string | number | bigint | boolean | null;
  }

  /** The scalar as it stands in the file. */
  get scalarSource(): string {
    return yaml.isScalar(this.#node) ? (this.#node.source ?? "") : "";
  }

  /** True for text that says that it is text: in quotes, in a block, or tagged `!!str`. */
  get isQuoted(): boolean {
    const node = this.#node;
    return yaml.isScalar(node) && typeof node.value === "string" && (node.type !== "PLAIN" || node.tag !== undefined);
  }

  get isErl(): boolean {
    return yaml.isScalar(this.#node) && this.#node.tag === erlTag;
  }

  /** The term of an `!erl` scalar, or a draft that tells why its text is none. */
  erl(): TermNode | Draft {
    try {
      return parseErl(this.#node as yaml.Scalar<string>, this.#document.source);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return new LeafDraft(this, new Broken(error.problems));
    }
  }

  get items(): readonly YamlNode[] {
    if (!yaml.isSeq(this.#node)) return [];
    return this.#node.items.map((item) => this.#child(item));
  }

  get entries(): readonly YamlEntry[] {
    if (!yaml.isMap(this.#node)) return [];
    return this.#node.items.map(({ key, value }) => {
      const keyNode = this.#child(key);
      return { key: keyNode.#keyText(), keyNode, value: value == null ? this.#absent(key) : this.#child(value) };
    });
  }

  #child(node: unknown): YamlNode {
    return new YamlNode(this.#document, yaml.isNode(node) ? node : null);
  }

  /** The value of a key that has none: it is reported at the key. */
  #absent(key: unknown): YamlNode {
    const absent: yaml.Scalar = new yaml.Scalar(null);
    if (yaml.isNode(key) && key.range != null) absent.range = key.range;
    return new YamlNode(this.#document, absent);
  }

  #keyText(): string {
    const { scalar } = this;
    return typeof scalar === "string" ? scalar : this.scalarSource;
  }

  /** A draft of `value`, or of what was found where it is undefined. */
  leaf(value: unknown): Draft {
    return new LeafDraft(this, value === undefined ? new Misfit(this.scalar) : value);
  }

  fault(rule: RuleId, note?: string): Draft {
    return new LeafDraft(this, new Fault(rule, note));
  }

  array(items: readonly Draft[]): Draft {
    return new ArrayDraft(this, items);
  }

  get scalarText(): string | undefined {
    const { scalar } = this;
    return scalar === undefined || typeof scalar === "string" || this.scalarSource === ""
      ? undefined
      : this.scalarSource;
  }

  /** What the node is, in words. */
  describe(): string {
    if (this.isErl) return `the term ${clip(this.scalarSource)}`;
    if (this.isMapping) return "a mapping";
    if (this.isSequence) return "a list";
    const { scalar } = this;
    if (typeof scalar === "string") return `the text ${clip(JSON.stringify(scalar))}`;
    if (scalar === null) return this.scalarSource === "" ? "nothing" : this.scalarSource;
    return `the ${typeof scalar === "boolean" ? "boolean" : "number"} ${clip(this.scalarSource)}`;
  }
}
