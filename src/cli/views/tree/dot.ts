import { printTerm } from "../../../terms/print.js";
import type { Facts, RemoteChild } from "../../../upgrade/facts.js";
import { fold, type TreeGroup } from "./fold.js";
import { labelOf, type LabelContext } from "./label.js";
import { marker } from "./marks.js";
import { treeModel } from "./model.js";
import type { TreeOptions } from "./text.js";

/** The supervision tree in the DOT language of Graphviz: an edge from each supervisor to what it has, marks in red. */
export function treeDot(facts: Facts, options: TreeOptions): string {
  const context: LabelContext = { facts, marksOf: marker(facts), times: "×" };
  const writer = new DotWriter(context);
  const model = treeModel(facts, options);
  const folding = { all: options.all, marksOf: context.marksOf };
  for (const { name, vsn, tops } of model.applications.filter(({ size }) => size > 0)) {
    writer.box(`${name} ${vsn}`, fold(tops, folding));
  }
  if (options.unsupervised && model.outside.length > 0) writer.box("outside every tree", fold(model.outside, folding));
  return [
    `digraph ${quoted(facts.node)} {`,
    "  rankdir=LR; newrank=true; fontname=sans;",
    "  node [shape=box, style=rounded, fontname=sans, fontsize=10];",
    ...writer.lines.map((line) => `  ${line}`),
    "}",
  ].join("\n");
}

class DotWriter {
  readonly lines: string[] = [];
  readonly #context: LabelContext;
  #boxes = 0;

  constructor(context: LabelContext) {
    this.#context = context;
  }

  box(title: string, groups: readonly TreeGroup[]): void {
    this.lines.push(`subgraph cluster_${this.#boxes++} {`, `  label=${quoted(title)};`);
    for (const group of groups) this.#node(group, undefined);
    this.lines.push("}");
  }

  #node(group: TreeGroup, above: string | undefined): void {
    const { name, pid, notes, marks } = labelOf(group, this.#context);
    const id = quoted(group.members[0]!.process.text);
    const label = [name, pid, notes.join("  "), ...marks.map((mark) => `! ${mark}`)].filter((line) => line !== "");
    const look = [
      `label=${quoted(label.join("\n"))}`,
      ...(group.members[0]!.process.type === "supervisor" ? ["style=solid"] : []),
      ...(marks.length > 0 ? ["color=red"] : []),
      ...(group.members.length > 1 ? ["peripheries=2"] : []),
    ];
    this.lines.push(`  ${id} [${look.join(", ")}];`);
    if (above !== undefined) this.lines.push(`  ${above} -> ${id};`);
    for (const below of group.groups) this.#node(below, id);
    for (const child of group.remote) this.#remote(child, id);
  }

  #remote({ node, text, id }: RemoteChild, above: string): void {
    const name = quoted(`${text} on ${node}`);
    const label = [id === undefined ? "child" : printTerm(id), text, `on ${node}`].join("\n");
    this.lines.push(`  ${name} [label=${quoted(label)}, style=dashed];`, `  ${above} -> ${name};`);
  }
}

/** A string of DOT: only quotes, backslashes and line breaks mean something in it. */
const quoted = (text: string): string => `"${text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`;
