import { complete } from "../complete.js";
import type { Change, Instruction, MfaTerm, Timeout } from "../instruction.js";
import { map, scalar, seq, type Part } from "./layout.js";
import { name, names, term, text } from "./scalars.js";

const optional = <Value>(value: Value | undefined, write: (value: Value) => Part): Part | undefined =>
  value === undefined ? undefined : write(value);

const timeoutPart = (timeout: Timeout): Part => (typeof timeout === "number" ? scalar(String(timeout)) : name(timeout));
const changePart = (change: Change): Part =>
  change === "soft" ? name("soft") : map([["advanced", term(change.advanced)]], true);

const mfaPart = ({ module, function: called, args }: MfaTerm): Part =>
  map(
    [
      ["module", name(module)],
      ["function", name(called)],
      ["args", seq(args.map(term))],
    ],
    true,
  );

/** An instruction in its YAML form. */
export function instructionPart(given: Instruction): Part {
  const instruction = complete(given);
  const key = instruction.instruction;
  switch (instruction.instruction) {
    case "update":
      return map([
        [key, name(instruction.module)],
        ["supervisor", optional(instruction.supervisor, () => scalar("true"))],
        ["modType", optional(instruction.modType, name)],
        ["timeout", optional(instruction.timeout, timeoutPart)],
        ["change", optional(instruction.change, changePart)],
        ["prePurge", optional(instruction.prePurge, name)],
        ["postPurge", optional(instruction.postPurge, name)],
        ["depMods", optional(instruction.depMods, names)],
      ]);
    case "load_module":
      return map([
        [key, name(instruction.module)],
        ["prePurge", optional(instruction.prePurge, name)],
        ["postPurge", optional(instruction.postPurge, name)],
        ["depMods", optional(instruction.depMods, names)],
      ]);
    case "add_module":
    case "delete_module":
      return map([
        [key, name(instruction.module)],
        ["depMods", optional(instruction.depMods, names)],
      ]);
    case "add_application":
      return map([
        [key, name(instruction.application)],
        ["type", optional(instruction.type, name)],
      ]);
    case "remove_application":
    case "restart_application":
      return map([[key, name(instruction.application)]]);
    case "load_object_code":
      return map([
        [key, name(instruction.application)],
        ["vsn", text(instruction.vsn)],
        ["modules", names(instruction.modules)],
      ]);
    case "load":
    case "remove":
      return map([
        [key, name(instruction.module)],
        ["prePurge", name(instruction.prePurge)],
        ["postPurge", name(instruction.postPurge)],
      ]);
    case "purge":
    case "resume":
    case "stop":
    case "start":
      return map([[key, names(instruction.modules)]]);
    case "suspend":
      return map([[key, seq(instruction.modules.map(suspendedPart))]]);
    case "code_change":
      return map([
        [key, seq(instruction.modules.map(changedPart))],
        ["mode", optional(instruction.mode, name)],
      ]);
    case "sync_nodes": {
      const { id, nodes } = instruction;
      return map([
        [key, term(id)],
        ["nodes", "module" in nodes ? mfaPart(nodes) : names(nodes)],
      ]);
    }
    case "apply":
      return map([[key, mfaPart(instruction.mfa)]]);
    case "point_of_no_return":
    case "restart_new_emulator":
    case "restart_emulator":
      return scalar(key);
  }
}

function suspendedPart({ module, timeout }: { readonly module: string; readonly timeout?: Timeout }): Part {
  if (timeout === undefined) return name(module);
  return map(
    [
      ["module", name(module)],
      ["timeout", timeoutPart(timeout)],
    ],
    true,
  );
}

const changedPart = ({
  module,
  extra,
}: {
  readonly module: string;
  readonly extra: Parameters<typeof term>[0];
}): Part =>
  map(
    [
      ["module", name(module)],
      ["extra", term(extra)],
    ],
    true,
  );
