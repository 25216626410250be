import { ObjectDraft, type Draft } from "../draft/draft.js";
import {
  either,
  mappingFields,
  readAtom,
  readAtoms,
  readLimit,
  readList,
  readRecord,
  readTerm,
  readText,
  readTrue,
  type Read,
} from "../draft/readers.js";
import { suggestion } from "../draft/suggest.js";
import {
  bare,
  changeDraft,
  codeChangeElement,
  instructionDraft,
  mfaDraft,
  suspendElement,
} from "../erlang/instruction.js";
import { atomsDraft } from "../erlang/node.js";
import { definitions, instructionNames, type InstructionName } from "../schema/instruction.js";
import type { YamlNode } from "./node.js";

/** Instructions in YAML: a mapping whose one key is the instruction's name, beside its other fields. */

const readChange = either(changeDraft, (node) =>
  node.isMapping ? readRecord(changeDraft, { advanced: readTerm })(node) : readAtom(node),
);

const readMfa = readRecord(mfaDraft, { module: readAtom, function: readAtom, args: readList(readTerm) });

const readNodes = either(atomsOrMfa, (node) => (node.isMapping ? readMfa(node) : readAtoms(node)));

const readSuspended = either(suspendElement, (node) =>
  typeof node.scalar === "string"
    ? new ObjectDraft(node, [["module", readAtom(node)]])
    : readRecord(suspendElement, { module: readAtom, timeout: readLimit })(node),
);

const readChanged = readRecord(codeChangeElement, { module: readAtom, extra: readTerm });

const common: Readonly<Record<string, Read>> = {
  module: readAtom,
  application: readAtom,
  type: readAtom,
  vsn: readText,
  supervisor: readTrue,
  modType: readAtom,
  timeout: readLimit,
  change: readChange,
  prePurge: readAtom,
  postPurge: readAtom,
  depMods: readAtoms,
  modules: readAtoms,
  mode: readAtom,
  id: readTerm,
  nodes: readNodes,
  mfa: readMfa,
};

const readers: Partial<Record<InstructionName, Readonly<Record<string, Read>>>> = {
  suspend: { ...common, modules: readList(readSuspended) },
  code_change: { ...common, modules: readList(readChanged) },
};

/** An instruction in either form. */
export const readInstruction: Read = either(instructionDraft, yamlInstruction);

function yamlInstruction(node: YamlNode): Draft {
  const { scalar } = node;
  if (typeof scalar === "string") {
    if (bare.has(scalar)) return new ObjectDraft(node, [["instruction", node.leaf(scalar)]]);
    return isName(scalar)
      ? node.fault("bad-instruction-form", formOf(scalar))
      : node.fault("unknown-instruction", suggestion(scalar, instructionNames));
  }
  if (!node.isMapping)
    return node.fault("bad-instruction-form", "An instruction is a mapping: - load_module: my_module");
  const names = node.entries.filter(({ key }) => isName(key));
  if (names.length > 1) {
    const [one, other] = names.map(({ key }) => key);
    return node.fault(
      "bad-instruction-form",
      `It names two instructions, ${one!} and ${other!}: each needs a dash of its own.`,
    );
  }
  return names.length === 1 ? named(node, names[0]!.key as InstructionName) : unnamed(node);
}

const isName = (key: string): key is InstructionName => Object.hasOwn(definitions, key);

function formOf(name: InstructionName): string {
  const { main, shape } = definitions[name];
  if (main === undefined) return `Write it without a colon: - ${name}`;
  const others = Object.keys(shape).filter((field) => field !== main);
  return `Write - ${name}: <${main}>${others.length === 0 ? "" : `, with the fields ${others.join(", ")}`}`;
}

function unnamed(node: YamlNode): Draft {
  for (const { key, keyNode } of node.entries) {
    const meant = suggestion(key, instructionNames);
    if (meant !== undefined) return keyNode.fault("unknown-instruction", meant);
  }
  return node.fault("bad-instruction-form", "One of its keys must be the instruction's name: - load_module: my_module");
}

function named(node: YamlNode, name: InstructionName): Draft {
  const { main } = definitions[name];
  if (main === undefined) return node.fault("bad-instruction-form", formOf(name));
  const table = readers[name] ?? common;
  const { fields, keys } = mappingFields(node, { ...table, [name]: table[main]! });
  const drafts = fields.map(([key, draft]): readonly [string, Draft] => [key === name ? main : key, draft]);
  const twice = node.entries.find(({ key }) => key === main || key === "instruction");
  if (twice !== undefined) return twice.keyNode.fault("bad-instruction-form", formOf(name));
  const keyNode = node.entries.find(({ key }) => key === name)!.keyNode;
  return new ObjectDraft(node, [["instruction", keyNode.leaf(name)], ...drafts], keys);
}

function atomsOrMfa(node: Parameters<typeof atomsDraft>[0]): Draft {
  return node.tuple(3) === undefined ? atomsDraft(node) : mfaDraft(node);
}
