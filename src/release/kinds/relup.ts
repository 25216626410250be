import { nil, string, tuple, type Term, List } from "../../terms/term.js";
import { LeafDraft, ObjectDraft, type Draft } from "../draft/draft.js";
import { either, mappingFields, readList, readRecord, readTerm, readText } from "../draft/readers.js";
import { instructionDraft } from "../erlang/instruction.js";
import { listDraft, termDraft, textDraft, type TermNode } from "../erlang/node.js";
import type { Relup, RelupEntry } from "../records.js";
import { relupSchema } from "../schema/upgrade-files.js";
import { encodeScript } from "../script.js";
import { readInstruction } from "../yaml/instruction.js";
import { upgradeDraft } from "./appup.js";
import type { Kind } from "./kind.js";

/** `{Vsn, Description, Script}`. */
function entryDraft(node: TermNode): Draft {
  const parts = node.tuple(3);
  if (parts === undefined) return node.leaf(undefined);
  return node.object([
    ["vsn", textDraft(parts[0]!)],
    ["description", termDraft(parts[1]!)],
    ["script", listDraft(parts[2]!, instructionDraft)],
  ]);
}

const readEntries = readList(
  either(entryDraft, (node) => {
    if (!node.isMapping) return node.leaf(undefined);
    const readers = { vsn: readText, description: readTerm, script: readList(readInstruction) };
    const { fields, keys } = mappingFields(node, readers);
    // systools writes [] where no description is given.
    const description = new LeafDraft(node, nil);
    return new ObjectDraft(node, [["description", description], ...fields], keys);
  }),
);

const encodeEntry = ({ vsn, description, script }: RelupEntry): Term =>
  tuple(string(vsn), description, encodeScript(script));

/** The term of a relup: relup(4). */
export function encodeRelup({ vsn, upFrom, downTo }: Relup): Term {
  return tuple(string(vsn), new List(upFrom.map(encodeEntry)), new List(downTo.map(encodeEntry)));
}

export const relup: Kind<"relup"> = {
  name: "relup",
  read: readRecord((node) => upgradeDraft(node, entryDraft), {
    vsn: readText,
    upFrom: readEntries,
    downTo: readEntries,
  }),
  schema: relupSchema,
  encode: encodeRelup,
  warnings: () => [],
  firstTermCounts: false,
};
