import type { Problem } from "../../terms/problem.js";
import { printAtom } from "../../terms/print.js";
import { Atom, List, type Term } from "../../terms/term.js";
import { fieldOf, keyOf, usualOrder, type AppField } from "../app-keys.js";
import { encodeApp } from "../erlang/encode-app.js";
import { draftAt, ObjectDraft, type Draft } from "../draft/draft.js";
import { describeTerm } from "../draft/found.js";
import { isNear } from "../draft/suggest.js";
import {
  either,
  mappingFields,
  readAtom,
  readAtoms,
  readLimit,
  readList,
  readPairs,
  readRecord,
  readTerm,
  readText,
  type Node,
  type Read,
} from "../draft/readers.js";
import { atomDraft, stringText, termDraft, TermNode } from "../erlang/node.js";
import type { App } from "../records.js";
import { appSchema } from "../schema/app.js";
import { warningOf } from "../wording/problem.js";
import type { YamlNode } from "../yaml/node.js";
import type { Kind } from "./kind.js";

function modDraft(node: TermNode): Draft {
  const parts = node.tuple(2);
  if (parts === undefined) return node.leaf(undefined);
  return node.object([
    ["module", atomDraft(parts[0]!)],
    ["args", termDraft(parts[1]!)],
  ]);
}

const readers: Readonly<Record<AppField, Read>> = {
  description: readText,
  id: readText,
  vsn: readText,
  modules: readAtoms,
  maxP: readLimit,
  maxT: readLimit,
  registered: readAtoms,
  includedApplications: readAtoms,
  optionalApplications: readAtoms,
  applications: readAtoms,
  env: readPairs,
  mod: readRecord(modDraft, { module: readAtom, args: readTerm }),
  startPhases: readPairs,
  runtimeDependencies: readList(readText),
};

/** The values that OTP takes for none: `{mod, []}`, `{start_phases, undefined}`. */
function isNone(field: string, term: Term): boolean {
  if (field === "mod") return term instanceof List && term.isProper && term.elements.length === 0;
  return field === "startPhases" && term instanceof Atom && term.name === "undefined";
}

/** What systools and the application controller find in `[{Key, Value}]` with keysearch. */
class Keys {
  readonly fields = new Map<AppField, Draft>();
  readonly extra: Draft[] = [];
  readonly order: TermNode[] = [];
  readonly warnings: Problem[] = [];
  readonly #seen = new Set<string>();

  constructor(elements: readonly TermNode[]) {
    for (const element of elements) this.#add(element);
  }

  #add(element: TermNode): void {
    const [key, value, ...more] = element.elements("tuple") ?? [];
    const name = key?.term instanceof Atom ? key.term.name : undefined;
    const isPair = value !== undefined && more.length === 0;
    const field = name === undefined ? undefined : fieldOf(name);
    // Nobody asks for runtime_dependencies, so nobody minds what form they have.
    const isAskedFor = field !== undefined && field !== "runtimeDependencies";
    if (name === undefined || (!isAskedFor && !isPair)) {
      this.warnings.push(warningOf("ignored-element", element, describeTerm(element.term)));
    } else if (field === undefined) {
      this.#keep(key!, value!);
    } else if (this.#seen.has(name)) {
      this.warnings.push(warningOf("ignored-key", element, name));
    } else {
      this.#seen.add(name);
      this.order.push(key!);
      if (isPair) this.#set(key!, field, value);
      else this.fields.set(field, element.fault("bad-application-key"));
    }
  }

  #set(key: TermNode, field: AppField, value: TermNode): void {
    if (isNone(field, value.term)) return;
    if (field === "runtimeDependencies" && !isListOfStrings(value.term)) {
      // OTP never looks at it, so an odd value is no reason to refuse the file.
      this.warnings.push(warningOf("odd-runtime-dependencies", value, describeTerm(value.term)));
      this.extra.push(key.array([atomDraft(key), termDraft(value)]));
    } else {
      this.fields.set(field, readers[field](value));
    }
  }

  #keep(key: TermNode, value: TermNode): void {
    this.order.push(key);
    this.extra.push(key.array([atomDraft(key), termDraft(value)]));
  }
}

function isListOfStrings(term: Term): boolean {
  return term instanceof List && term.isProper && term.elements.every((element) => stringText(element) !== undefined);
}

/** `{application, Name, [{Key, Value}]}`. */
function appDraft(node: TermNode): Draft {
  const parts = node.tuple(3);
  const elements = parts?.[2]!.elements("list");
  if (parts === undefined || elements === undefined || !parts[0]!.isAtom("application")) return node.leaf(undefined);
  const { fields, extra, order } = new Keys(elements);
  const given: (readonly [string, Draft])[] = [["name", atomDraft(parts[1]!)], ...fields];
  for (const [field, key] of misspelt(fields, order))
    given.push([field, key.fault("misspelt-application-key", keyOf(field))]);
  if (extra.length > 0) given.push(["extra", parts[2]!.array(extra)]);
  return node.object(withOrder(parts[2]!, given, order.map(atomDraft)));
}

/** The keys that systools wants and doesn't find, with a key that was probably meant to be it. */
function misspelt(
  fields: ReadonlyMap<AppField, Draft>,
  keys: readonly TermNode[],
): readonly (readonly [AppField, TermNode])[] {
  const unknown = keys.filter(({ term }) => fieldOf((term as Atom).name) === undefined);
  return (["description", "vsn", "modules", "registered", "applications"] as const).flatMap((field) => {
    if (fields.has(field)) return [];
    const key = unknown.find(({ term }) => isNear((term as Atom).name, keyOf(field)!));
    return key === undefined ? [] : [[field, key] as const];
  });
}

/** The fields as they are written in YAML, where `extra` stands for all of its keys. */
function yamlDraft(node: YamlNode): Draft {
  if (!node.isMapping) return node.leaf(undefined);
  const { fields, keys } = mappingFields(node, { name: readAtom, ...readers, extra: readPairs, order: readAtoms });
  const none = new Set(node.entries.filter(({ key, value }) => isNoneNode(key, value)).map(({ key }) => key));
  const given = fields.filter(([field]) => !none.has(field));
  if (node.entries.some(({ key }) => key === "order")) return new ObjectDraft(node, given, keys);
  const order = node.entries.flatMap(({ key, keyNode, value }): readonly Draft[] => {
    if (key === "extra") return keysOf(readPairs(value));
    const name = keyOf(key);
    return name === undefined ? [] : [keyNode.leaf(name)];
  });
  return new ObjectDraft(node, withOrder(node, given, order), keys);
}

function isNoneNode(field: string, node: YamlNode): boolean {
  if (node.isErl) {
    const erl = node.erl();
    return erl instanceof TermNode && isNone(field, erl.term);
  }
  return field === "mod" && node.isSequence && node.items.length === 0;
}

/** The keys of a draft of pairs. */
function keysOf(pairs: Draft): readonly Draft[] {
  if (pairs.kind !== "array") return [];
  return pairs.items.flatMap((pair) => (pair.kind === "array" ? pair.items.slice(0, 1) : []));
}

const nameOf = (draft: Draft): string => (draft.kind === "leaf" && typeof draft.value === "string" ? draft.value : "");

/** Adds the order of the keys where it isn't the usual one. */
function withOrder(
  node: { array(items: readonly Draft[]): Draft },
  fields: readonly (readonly [string, Draft])[],
  order: readonly Draft[],
): readonly (readonly [string, Draft])[] {
  const names = order.map(nameOf);
  const present = new Set(fields.map(([field]) => keyOf(field) ?? ""));
  const usual = usualOrder(
    present,
    names.filter((name) => fieldOf(name) === undefined),
  );
  const isUsual = names.length === usual.length && names.every((name, index) => name === usual[index]);
  return isUsual ? fields : [...fields, ["order", node.array(order)]];
}

/** The lists in which systools_make:get_items/2 looks for names that stand there twice, since sasl 4.2.1 (OTP 26). */
const listFields = ["modules", "registered", "applications", "optionalApplications", "includedApplications"] as const;

/** Names that stand twice in a list: only older OTPs make a release with such a file. */
function repeated(draft: Draft, record: App): readonly Problem[] {
  return listFields.flatMap((field) =>
    repetitions(record[field] ?? []).map(([name, index]) => {
      const { origin } = draftAt(draft, [field, index]).draft;
      return warningOf("repeated-name", origin, `${printAtom(name)} stands twice in ${keyOf(field)!}`);
    }),
  );
}

/** Parameters that stand twice in the environment: application_controller refuses to load that in OTP 27. */
function repeatedParameters(draft: Draft, { env = [] }: App): readonly Problem[] {
  return repetitions(env.map(([key]) => key)).map(([key, index]) => {
    const { origin } = draftAt(draft, ["env", index]).draft;
    return warningOf("repeated-parameter", origin, `${printAtom(key)} stands twice in env`);
  });
}

/** The names that stood in the list before, each with its index. */
function repetitions(names: readonly string[]): readonly (readonly [name: string, index: number])[] {
  const seen = new Set<string>();
  return names.flatMap((name, index): readonly (readonly [string, number])[] => {
    if (seen.has(name)) return [[name, index]];
    seen.add(name);
    return [];
  });
}

/** What OTP passes over in silence in the `.app` of a term, and what newer ones refuse. */
function warnings(root: Node, draft: Draft, record: App): readonly Problem[] {
  return [...ignored(root), ...repeated(draft, record), ...repeatedParameters(draft, record)];
}

function ignored(root: Node): readonly Problem[] {
  const node = root instanceof TermNode ? root : root.isErl ? root.erl() : undefined;
  const elements = node instanceof TermNode ? node.tuple(3)?.[2]!.elements("list") : undefined;
  return elements === undefined ? [] : new Keys(elements).warnings;
}

export const app: Kind<"app"> = {
  name: "app",
  read: either(appDraft, yamlDraft),
  schema: appSchema,
  encode: encodeApp,
  warnings,
  firstTermCounts: false,
};
