import { printAtom } from "../../terms/print.js";
import type { Problem } from "../../terms/problem.js";
import { atom, List, string, tuple, type Term } from "../../terms/term.js";
import { draftAt, type Draft } from "../draft/draft.js";
import { readAtom, readAtoms, readList, readRecord, readText, type Node, type Read } from "../draft/readers.js";
import { atomDraft, atomsDraft, listDraft, textDraft, TermNode } from "../erlang/node.js";
import type { Rel, RelApplication } from "../records.js";
import { relSchema } from "../schema/rel.js";
import { warningOf } from "../wording/problem.js";
import type { Kind } from "./kind.js";

/** `{release, {Name, Vsn}, {erts, ErtsVsn}, [Application]}`. */
function relDraft(node: TermNode): Draft {
  const parts = node.tuple(4);
  if (parts === undefined || !parts[0]!.isAtom("release")) return node.leaf(undefined);
  const [name, vsn] = parts[1]!.tuple(2) ?? [];
  const [ertsTag, erts] = parts[2]!.tuple(2) ?? [];
  return node.object([
    ["name", name === undefined ? parts[1]!.fault("bad-release-identity") : textDraft(name)],
    ...(vsn === undefined ? [] : ([["vsn", textDraft(vsn)]] as const)),
    ["erts", erts === undefined || !ertsTag!.isAtom("erts") ? parts[2]!.fault("bad-erts") : textDraft(erts)],
    ["applications", listDraft(parts[3]!, applicationDraft)],
  ]);
}

function applicationDraft(node: TermNode): Draft {
  const parts = node.elements("tuple") ?? [];
  const [name, vsn, third, fourth] = parts;
  if (name === undefined || vsn === undefined || parts.length > 4) return node.leaf(undefined);
  const fields: (readonly [string, Draft])[] = [
    ["name", atomDraft(name)],
    ["vsn", textDraft(vsn)],
  ];
  if (third !== undefined) {
    // A list in the third place is the included applications; `[]` too, which is no atom in Erlang.
    const included = fourth === undefined && third.term instanceof List;
    fields.push(included ? ["includedApplications", atomsDraft(third)] : ["type", atomDraft(third)]);
  }
  if (fourth !== undefined) fields.push(["includedApplications", atomsDraft(fourth)]);
  return node.object(fields);
}

const readFields = readRecord(applicationDraft, {
  name: readAtom,
  vsn: readText,
  type: readAtom,
  includedApplications: readAtoms,
});

/** `kernel: "9.0"` is what everybody tries first. */
const readApplication: Read = (node) => {
  if (node instanceof TermNode || node.entries.length !== 1) return readFields(node);
  const { key, value } = node.entries[0]!;
  const isPair = key !== "name" && key !== "vsn" && typeof value.scalar === "string";
  const hint = `Write { name: ${key}, vsn: ${JSON.stringify(value.scalar)} }.`;
  return isPair ? node.fault("bad-release-application", hint) : readFields(node);
};

function encodeApplication({ name, vsn, type, includedApplications }: RelApplication): Term {
  return tuple(
    atom(name),
    string(vsn),
    ...(type === undefined ? [] : [atom(type)]),
    ...(includedApplications === undefined ? [] : [new List(includedApplications.map(atom))]),
  );
}

/** The term of a release: rel(4). */
export function encodeRel(rel: Rel): Term {
  const applications = new List(rel.applications.map(encodeApplication));
  return tuple(
    atom("release"),
    tuple(string(rel.name), string(rel.vsn)),
    tuple(atom("erts"), string(rel.erts)),
    applications,
  );
}

function warnings(_root: Node, draft: Draft, rel: Rel): readonly Problem[] {
  const found: Problem[] = [];
  const seen = new Set<string>();
  for (const [index, { name }] of rel.applications.entries()) {
    if (seen.has(name)) {
      const { origin } = draftAt(draft, ["applications", index]).draft;
      found.push(warningOf("duplicate-application", origin, printAtom(name)));
    }
    seen.add(name);
  }
  if (!seen.has("sasl")) found.push(warningOf("missing-sasl", draftAt(draft, ["applications"]).draft.origin, "sasl"));
  return found;
}

export const rel: Kind<"rel"> = {
  name: "rel",
  read: readRecord(relDraft, {
    name: readText,
    vsn: readText,
    erts: readText,
    applications: readList(readApplication),
  }),
  schema: relSchema,
  encode: encodeRel,
  warnings,
  firstTermCounts: false,
};
