import { atom, List, tuple, type Term } from "../../terms/term.js";
import { fieldOf, keyOf, usualOrder, type AppField } from "../app-keys.js";
import type { KindName, RecordOf } from "../kinds/kind.js";
import type { App, Appup, AppupEntry, Rel, RelApplication, Relup, RelupEntry } from "../records.js";
import { map, scalar, seq, type Part } from "./layout.js";
import { erl, name, names, nameText, term, text } from "./scalars.js";
import { instructionPart } from "./write-instruction.js";

/** The records in their YAML forms. */

type Pairs = readonly (readonly [string, Term])[];

/** Pairs are a mapping, unless a key occurs twice. */
function pairsPart(pairs: Pairs): Part {
  const keys = new Set(pairs.map(([key]) => key));
  if (keys.size < pairs.length) return erl(new List(pairs.map(([key, value]) => tuple(atom(key), value))));
  return map(pairs.map(([key, value]) => [nameText(key), term(value)]));
}

function relPart({ name: relName, vsn, erts, applications }: Rel): Part {
  return map([
    ["name", text(relName)],
    ["vsn", text(vsn)],
    ["erts", text(erts)],
    ["applications", seq(applications.map(relApplicationPart))],
  ]);
}

const relApplicationPart = ({ name: app, vsn, type, includedApplications }: RelApplication): Part =>
  map(
    [
      ["name", name(app)],
      ["vsn", text(vsn)],
      ["type", type === undefined ? undefined : name(type)],
      ["includedApplications", includedApplications === undefined ? undefined : names(includedApplications)],
    ],
    true,
  );

function appupPart({ vsn, upFrom, downTo }: Appup): Part {
  return map([
    ["vsn", text(vsn)],
    ["upFrom", seq(upFrom.map(appupEntryPart))],
    ["downTo", seq(downTo.map(appupEntryPart))],
  ]);
}

const appupEntryPart = ({ version, instructions }: AppupEntry): Part =>
  map([
    ["version", "exact" in version ? text(version.exact) : map([["regex", text(version.regex)]], true)],
    ["instructions", seq(instructions.map(instructionPart))],
  ]);

function relupPart({ vsn, upFrom, downTo }: Relup): Part {
  return map([
    ["vsn", text(vsn)],
    ["upFrom", seq(upFrom.map(relupEntryPart))],
    ["downTo", seq(downTo.map(relupEntryPart))],
  ]);
}

function relupEntryPart({ vsn, description, script }: RelupEntry): Part {
  const isNone = description instanceof List && description.elements.length === 0;
  return map([
    ["vsn", text(vsn)],
    ["description", isNone ? undefined : term(description)],
    ["script", seq(script.map(instructionPart))],
  ]);
}

function appPart(app: App): Part {
  const extra = app.extra ?? [];
  const extraKeys = extra.map(([key]) => key);
  const present = new Set(Object.keys(app).flatMap((field) => keyOf(field) ?? []));
  const order = app.order ?? usualOrder(present, extraKeys);
  const entries: (readonly [string, Part | undefined])[] = [["name", name(app.name)]];
  for (const key of order) {
    const field = fieldOf(key);
    if (field !== undefined) entries.push([field, fieldPart(app, field) ?? nonePart(field)]);
    else if (!entries.some(([written]) => written === "extra")) entries.push(["extra", pairsPart(extra)]);
  }
  for (const key of usualOrder(present, [])) {
    if (!order.includes(key)) entries.push([fieldOf(key)!, fieldPart(app, fieldOf(key)!)]);
  }
  if (extra.length > 0 && !entries.some(([written]) => written === "extra")) entries.push(["extra", pairsPart(extra)]);
  if (!isImplied(order, extraKeys)) entries.push(["order", names(order)]);
  return map(entries);
}

/** True where the order of the keys in YAML says it all: the extra keys stand together, in their own order. */
function isImplied(order: readonly string[], extraKeys: readonly string[]): boolean {
  const first = order.findIndex((key) => fieldOf(key) === undefined);
  return first === -1
    ? extraKeys.length === 0
    : extraKeys.every((key, index) => order[first + index] === key) &&
        order.slice(first + extraKeys.length).every((key) => fieldOf(key) !== undefined);
}

/** `{mod, []}` and `{start_phases, undefined}`, which say nothing but are written. */
function nonePart(field: AppField): Part | undefined {
  if (field === "mod") return seq([]);
  return field === "startPhases" ? scalar("!erl undefined") : undefined;
}

function fieldPart(app: App, field: AppField): Part | undefined {
  if (app[field] === undefined) return undefined;
  switch (field) {
    case "description":
    case "vsn":
    case "id":
      return text(app[field]);
    case "modules":
    case "registered":
    case "applications":
    case "includedApplications":
    case "optionalApplications":
      return names(app[field]);
    case "maxP":
    case "maxT":
      return scalar(String(app[field]));
    case "env":
    case "startPhases":
      return pairsPart(app[field]);
    case "mod":
      return map(
        [
          ["module", name(app.mod!.module)],
          ["args", term(app.mod!.args)],
        ],
        true,
      );
    case "runtimeDependencies":
      return seq(app.runtimeDependencies!.map(text));
  }
}

const parts: { readonly [Name in KindName]: (record: RecordOf[Name]) => Part } = {
  rel: relPart,
  app: appPart,
  appup: appupPart,
  relup: relupPart,
};

/** The tree of a record's YAML form. */
export const recordPart = <Name extends KindName>(kind: Name, record: RecordOf[Name]): Part => parts[kind](record);
