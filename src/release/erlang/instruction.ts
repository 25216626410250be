import { Atom, List, Tuple } from "../../terms/term.js";
import { suggestion } from "../draft/suggest.js";
import type { Draft } from "../draft/draft.js";
import { instructionNames } from "../schema/instruction.js";
import { atomDraft, atomsDraft, limitDraft, listDraft, termDraft, textDraft, type TermNode } from "./node.js";

type Read = (node: TermNode) => Draft;
/** A field of the record and how its term is read. */
type Slot = readonly [field: string, read: Read];

const timeoutDraft = limitDraft;

export const changeDraft: Read = (node) => {
  const advanced = node.tuple(2);
  if (advanced?.[0]!.isAtom("advanced")) return node.object([["advanced", termDraft(advanced[1]!)]]);
  return atomDraft(node);
};

/** A tuple of these slots; anything else is left to the schema to refuse. */
const tupleOf =
  (...slots: readonly Slot[]): Read =>
  (node) => {
    const elements = node.tuple(slots.length);
    if (elements === undefined) return node.leaf(undefined);
    return node.object(slots.map(([field, read], index) => [field, read(elements[index]!)]));
  };

export const mfaDraft = tupleOf(
  ["module", atomDraft],
  ["function", atomDraft],
  ["args", (node) => listDraft(node, termDraft)],
);

export const suspendElement: Read = (node) =>
  node.term instanceof Tuple ? suspendPair(node) : node.object([["module", atomDraft(node)]]);
const suspendPair = tupleOf(["module", atomDraft], ["timeout", timeoutDraft]);

export const codeChangeElement = tupleOf(["module", atomDraft], ["extra", termDraft]);

const module: Slot = ["module", atomDraft];
const modules: Slot = ["modules", atomsDraft];
const depMods: Slot = ["depMods", atomsDraft];
const change: Slot = ["change", changeDraft];
const prePurge: Slot = ["prePurge", atomDraft];
const postPurge: Slot = ["postPurge", atomDraft];
const timeout: Slot = ["timeout", timeoutDraft];
const application: Slot = ["application", atomDraft];

/** The third element of `{update, M, _}`: supervisor, a list of modules, or else a change (systools_rc:expand_script/1). */
function updateThird(node: TermNode): readonly Slot[] {
  if (node.isAtom("supervisor")) return [module, ["supervisor", (at) => at.leaf(true)]];
  return [module, node.term instanceof List ? depMods : change];
}

/** The slots after the instruction's name; undefined where it has no form of this length. */
function slots(name: string, rest: readonly TermNode[]): readonly Slot[] | undefined {
  switch (`${name}/${rest.length}`) {
    case "update/1":
    case "load_module/1":
    case "add_module/1":
    case "delete_module/1":
      return [module];
    case "update/2":
      return updateThird(rest[1]!);
    case "update/3":
      return [module, change, depMods];
    case "update/5":
      return [module, change, prePurge, postPurge, depMods];
    case "update/6":
      return [module, timeout, change, prePurge, postPurge, depMods];
    case "update/7":
      return [module, ["modType", atomDraft], timeout, change, prePurge, postPurge, depMods];
    case "load_module/2":
    case "add_module/2":
    case "delete_module/2":
      return [module, depMods];
    case "load_module/4":
      return [module, prePurge, postPurge, depMods];
    case "add_application/1":
    case "remove_application/1":
    case "restart_application/1":
      return [application];
    case "add_application/2":
      return [application, ["type", atomDraft]];
    case "purge/1":
    case "resume/1":
    case "stop/1":
    case "start/1":
      return [modules];
    case "suspend/1":
      return [["modules", (node) => listDraft(node, suspendElement)]];
    case "code_change/1":
      return [["modules", (node) => listDraft(node, codeChangeElement)]];
    case "code_change/2":
      return [
        ["mode", atomDraft],
        ["modules", (node) => listDraft(node, codeChangeElement)],
      ];
    case "sync_nodes/2":
      return [
        ["id", termDraft],
        ["nodes", (node) => (node.term instanceof Tuple ? mfaDraft(node) : atomsDraft(node))],
      ];
    case "apply/1":
      return [["mfa", mfaDraft]];
    default:
      return undefined;
  }
}

/** Instructions whose one argument is a tuple that holds the fields. */
const wrapped: Readonly<
  Record<string, { readonly slots: readonly Slot[]; readonly rule: "bad-load" | "bad-load-object-code" }>
> = {
  load_object_code: { slots: [application, ["vsn", textDraft], modules], rule: "bad-load-object-code" },
  load: { slots: [module, prePurge, postPurge], rule: "bad-load" },
  remove: { slots: [module, prePurge, postPurge], rule: "bad-load" },
};

/** Instructions that are an atom. */
export const bare: ReadonlySet<string> = new Set(["point_of_no_return", "restart_new_emulator", "restart_emulator"]);

/** The forms that an instruction can have, for the hint where it has none of them. */
const forms: Readonly<Record<string, string>> = {
  update:
    "{update, M}, {update, M, supervisor}, {update, M, Change}, {update, M, DepMods}, {update, M, Change, DepMods}, " +
    "{update, M, Change, Pre, Post, DepMods}, {update, M, Timeout, Change, Pre, Post, DepMods} or " +
    "{update, M, ModType, Timeout, Change, Pre, Post, DepMods}",
  load_module: "{load_module, M}, {load_module, M, DepMods} or {load_module, M, PrePurge, PostPurge, DepMods}",
  add_module: "{add_module, M} or {add_module, M, DepMods}",
  delete_module: "{delete_module, M} or {delete_module, M, DepMods}",
  add_application: "{add_application, A} or {add_application, A, Type}",
  remove_application: "{remove_application, A}",
  restart_application: "{restart_application, A}",
  load_object_code: "{load_object_code, {Application, Version, [M]}}",
  point_of_no_return: "point_of_no_return",
  load: "{load, {M, PrePurge, PostPurge}}",
  remove: "{remove, {M, PrePurge, PostPurge}}",
  purge: "{purge, [M]}",
  suspend: "{suspend, [M | {M, Timeout}]}",
  resume: "{resume, [M]}",
  code_change: "{code_change, [{M, Extra}]} or {code_change, Mode, [{M, Extra}]}",
  stop: "{stop, [M]}",
  start: "{start, [M]}",
  sync_nodes: "{sync_nodes, Id, [Node]} or {sync_nodes, Id, {M, F, A}}",
  apply: "{apply, {M, F, A}}",
  restart_new_emulator: "restart_new_emulator",
  restart_emulator: "restart_emulator",
};

/** What OTP's syntax check lets pass or names, but no release handler executes. */
const notImplemented: Readonly<Record<string, string>> = {
  restart: "Write restart_emulator, or restart_new_emulator where the emulator itself changes.",
  reboot: "Write restart_emulator, or restart_new_emulator where the emulator itself changes.",
  mnesia_backup: "Back the tables up in a function and call it: {apply, {M, F, A}}",
};

/** The draft of an instruction, from its term. */
export function instructionDraft(node: TermNode): Draft {
  const { term } = node;
  if (term instanceof Atom) {
    if (bare.has(term.name)) return node.object([["instruction", node.leaf(term.name)]]);
    if (term.name in notImplemented) return node.fault("instruction-not-implemented", notImplemented[term.name]);
    return unknown(node, term.name);
  }
  if (term instanceof List) return node.fault("bad-instruction-form", "A script is one flat list of instructions.");
  const elements = node.elements("tuple");
  const tag = elements?.[0];
  if (elements === undefined || !(tag?.term instanceof Atom)) {
    return node.fault(
      "bad-instruction-form",
      "An instruction is a tuple whose first element is its name: {load_module, m}",
    );
  }
  return taggedDraft(node, tag.term.name, elements.slice(1), tag);
}

function taggedDraft(node: TermNode, name: string, rest: readonly TermNode[], tag: TermNode): Draft {
  const instruction = ["instruction", tag.leaf(name)] as const;
  const inner = wrapped[name];
  if (inner !== undefined && rest.length === 1) {
    const elements = rest[0]!.tuple(inner.slots.length);
    if (elements === undefined) return rest[0]!.fault(inner.rule);
    return node.object([instruction, ...fields(inner.slots, elements)]);
  }
  const found = slots(name, rest);
  if (found !== undefined) return node.object([instruction, ...fields(found, rest)]);
  const form = Object.hasOwn(forms, name) ? forms[name] : undefined;
  if (form === undefined) return unknown(node, name);
  return node.fault("bad-instruction-form", `It is written ${form}.`);
}

function fields(found: readonly Slot[], elements: readonly TermNode[]): (readonly [string, Draft])[] {
  return found.map(([field, read], index) => [field, read(elements[index]!)]);
}

function unknown(node: TermNode, name: string): Draft {
  if (Object.hasOwn(forms, name)) return node.fault("bad-instruction-form", `It is written ${forms[name]!}.`);
  return node.fault("unknown-instruction", suggestion(name, instructionNames));
}
