import { atom, Float, integer, List, nil, string, type Term } from "../../terms/term.js";
import { Broken, Fault, LeafDraft, type Draft } from "../draft/draft.js";
import { termDraft, TermNode } from "../erlang/node.js";
import type { YamlNode } from "./node.js";

/**
 * Terms that are plain YAML. Only what can be taken in one way alone: a word without quotes could be an atom, a string
 * or a binary, a mapping could be a map or a list of pairs, so both must be written as `!erl "..."`.
 */
export function yamlTermDraft(node: YamlNode): Draft {
  if (node.isErl) {
    const erl = node.erl();
    return erl instanceof TermNode ? termDraft(erl) : erl;
  }
  if (node.isSequence) return listTerm(node);
  const value = scalarTerm(node);
  return value === undefined ? node.fault("ambiguous-term", hint(node)) : node.leaf(value);
}

function listTerm(node: YamlNode): Draft {
  const drafts = node.items.map(yamlTermDraft);
  const terms: Term[] = [];
  for (const draft of drafts) {
    if (draft.kind !== "leaf" || draft.value instanceof Fault || draft.value instanceof Broken)
      return node.array(drafts);
    terms.push(draft.value as Term);
  }
  return new LeafDraft(node, terms.length === 0 ? nil : new List(terms));
}

function scalarTerm(node: YamlNode): Term | undefined {
  const { scalar } = node;
  switch (typeof scalar) {
    case "bigint":
      return integer(scalar);
    case "number":
      return Number.isFinite(scalar) ? new Float(scalar) : undefined;
    case "boolean":
      return atom(String(scalar));
    case "string":
      return node.isQuoted && !/\p{Cs}/u.test(scalar) ? string(scalar) : undefined;
    default:
      return undefined;
  }
}

function hint(node: YamlNode): string {
  const { scalar } = node;
  if (node.isMapping) return 'Write a list of pairs as !erl "[{a, 1}]", a map as !erl "#{a => 1}".';
  if (scalar === null) return "Write !erl undefined, !erl nil or !erl null.";
  if (typeof scalar === "number") return "Erlang has neither infinity nor NaN.";
  const word = typeof scalar === "string" ? scalar : "";
  if (!/^[a-z][A-Za-z0-9_@]*$/.test(word)) return `Write a string in quotes, any other term as !erl "...".`;
  return `Write the atom as !erl ${word}, the string as "${word}", the binary as !erl '<<"${word}">>'.`;
}
