import { atomDraft, limitDraft, listDraft, termDraft, TermNode, textDraft } from "../erlang/node.js";
import type { YamlNode } from "../yaml/node.js";
import { yamlTermDraft } from "../yaml/term.js";
import { ObjectDraft, type Draft, type Origin } from "./draft.js";

/**
 * Readers of the parts that both forms have. In YAML every part may also be written as a term, `!erl "..."`: it is then
 * read as it is in Erlang.
 */

export type Node = TermNode | YamlNode;
export type Read = (node: Node) => Draft;

/** Reads a part by the form that it is in. */
export function either(term: (node: TermNode) => Draft, yaml: (node: YamlNode) => Draft): Read {
  return (node) => {
    if (node instanceof TermNode) return term(node);
    if (!node.isErl) return yaml(node);
    const erl = node.erl();
    return erl instanceof TermNode ? term(erl) : erl;
  };
}

const textLeaf = (node: YamlNode): Draft => node.leaf(typeof node.scalar === "string" ? node.scalar : undefined);

export const readAtom = either(atomDraft, textLeaf);
export const readText = either(textDraft, textLeaf);
export const readTerm = either(termDraft, yamlTermDraft);

/** A positive integer of the record, or an atom. */
export const readLimit = either(limitDraft, (node) => {
  const { scalar } = node;
  if (typeof scalar !== "bigint") return textLeaf(node);
  const value = Number(scalar);
  return node.leaf(Number.isSafeInteger(value) ? value : undefined);
});

/** `true`. */
export const readTrue = either(
  (node) => node.leaf(node.isAtom("true") ? true : undefined),
  (node) => node.leaf(node.scalar === true ? true : undefined),
);

export const readList = (item: Read): Read =>
  either(
    (node) => listDraft(node, item),
    (node) => (node.isSequence ? node.array(node.items.map(item)) : node.leaf(undefined)),
  );

export const readAtoms = readList(readAtom);

/** The fields of a YAML mapping. A key that no reader knows is kept: the schema refuses it where it stands. */
export function mappingFields(
  node: YamlNode,
  readers: Readonly<Record<string, Read>>,
): {
  readonly fields: [string, Draft][];
  readonly keys: [string, Origin][];
} {
  const fields: [string, Draft][] = [];
  const keys: [string, Origin][] = [];
  for (const { key, keyNode, value } of node.entries) {
    const read = Object.hasOwn(readers, key) ? readers[key]! : (unknown: Node) => (unknown as YamlNode).leaf(undefined);
    fields.push([key, read(value)]);
    keys.push([key, keyNode]);
  }
  return { fields, keys };
}

/** A record that YAML writes as a mapping of its fields, and Erlang in a form of its own. */
export const readRecord = (term: (node: TermNode) => Draft, readers: Readonly<Record<string, Read>>): Read =>
  either(term, (node) => {
    if (!node.isMapping) return node.leaf(undefined);
    const { fields, keys } = mappingFields(node, readers);
    return new ObjectDraft(node, fields, keys);
  });

/** `{Key, Value}` pairs: a mapping in YAML. */
export const readPairs: Read = either(
  (node) => listDraft(node, pairDraft),
  (node) => {
    if (!node.isMapping) return node.leaf(undefined);
    return node.array(node.entries.map(({ keyNode, value }) => keyNode.array([readAtom(keyNode), readTerm(value)])));
  },
);

function pairDraft(node: TermNode): Draft {
  const pair = node.tuple(2);
  return pair === undefined ? node.leaf(undefined) : node.array([atomDraft(pair[0]!), termDraft(pair[1]!)]);
}
