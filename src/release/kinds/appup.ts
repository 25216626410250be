import { binary, string, tuple, type Term, List } from "../../terms/term.js";
import { binaryText } from "../../terms/access.js";
import { Bitstring } from "../../terms/term.js";
import { complete } from "../complete.js";
import { ObjectDraft, type Draft } from "../draft/draft.js";
import { either, readList, readRecord, readText } from "../draft/readers.js";
import { instructionDraft } from "../erlang/instruction.js";
import { listDraft, stringText, textDraft, type TermNode } from "../erlang/node.js";
import type { Appup, AppupEntry, AppupVersion } from "../records.js";
import { appupSchema } from "../schema/upgrade-files.js";
import { encodeScript } from "../script.js";
import { readInstruction } from "../yaml/instruction.js";
import type { Kind } from "./kind.js";

/** A version in an appup: a string, or a regular expression in a binary (systools_relup:appup_search_for_version/2). */
export function versionDraft(node: TermNode): Draft {
  const { term } = node;
  if (!(term instanceof Bitstring)) {
    return stringText(term) === undefined ? node.leaf(undefined) : node.object([["exact", textDraft(node)]]);
  }
  const pattern = binaryText(term);
  return pattern === undefined ? node.fault("bad-version-pattern") : node.object([["regex", node.leaf(pattern)]]);
}

/** `{Vsn, Up, Down}`, with the entries of each list. */
export function upgradeDraft(node: TermNode, entry: (node: TermNode) => Draft): Draft {
  const parts = node.tuple(3);
  if (parts === undefined) return node.leaf(undefined);
  return node.object([
    ["vsn", textDraft(parts[0]!)],
    ["upFrom", listDraft(parts[1]!, entry)],
    ["downTo", listDraft(parts[2]!, entry)],
  ]);
}

function entryDraft(node: TermNode): Draft {
  const parts = node.tuple(2);
  if (parts === undefined) return node.leaf(undefined);
  return node.object([
    ["version", versionDraft(parts[0]!)],
    ["instructions", listDraft(parts[1]!, instructionDraft)],
  ]);
}

const readVersion = either(versionDraft, (node) => {
  if (typeof node.scalar === "string") return new ObjectDraft(node, [["exact", readText(node)]]);
  return readRecord(versionDraft, { regex: readText })(node);
});

const readEntries = readList(readRecord(entryDraft, { version: readVersion, instructions: readList(readInstruction) }));

/** YAML may leave out any field of an instruction; the record names a tuple form. */
const finishEntry = ({ version, instructions }: AppupEntry): AppupEntry => ({
  version,
  instructions: instructions.map((instruction) => complete(instruction)),
});

/** The term of a version as an appup has it. */
export const encodeVersion = (version: AppupVersion): Term =>
  "exact" in version ? string(version.exact) : binary(version.regex);

const encodeEntry = ({ version, instructions }: AppupEntry): Term =>
  tuple(encodeVersion(version), encodeScript(instructions));

/** The term of an appup: appup(4). */
export function encodeAppup({ vsn, upFrom, downTo }: Appup): Term {
  return tuple(string(vsn), new List(upFrom.map(encodeEntry)), new List(downTo.map(encodeEntry)));
}

export const appup: Kind<"appup"> = {
  name: "appup",
  read: readRecord((node) => upgradeDraft(node, entryDraft), {
    vsn: readText,
    upFrom: readEntries,
    downTo: readEntries,
  }),
  schema: appupSchema,
  encode: encodeAppup,
  finish: (record) => ({ ...record, upFrom: record.upFrom.map(finishEntry), downTo: record.downTo.map(finishEntry) }),
  warnings: () => [],
  firstTermCounts: true,
};
