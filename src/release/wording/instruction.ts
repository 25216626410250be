import { Atom, Tuple } from "../../terms/term.js";
import { asAtom, asAtoms, asString, meant } from "./hints.js";
import { aString, anAtom, atomList, catalog } from "./wording.js";

/** The rules for upgrade instructions, as systools_rc:check_syntax/1 has them. */
export const instructionWording = catalog({
  "unknown-instruction": {
    what: "the instruction",
    expected: "one that appup(4) knows",
    summary: ({ text }) => `there is no such upgrade instruction: ${text}`,
    hint: ({ note }) => note,
  },
  "bad-instruction-form": {
    what: "the instruction",
    expected: "written in one of its forms",
    summary: ({ text }) => `no instruction is written like this: ${text}`,
    hint: ({ note }) => note,
  },
  "instruction-not-implemented": {
    what: "the instruction",
    expected: "one that OTP executes",
    summary: ({ text }) => `OTP doesn't execute this instruction: ${text}`,
    hint: ({ note }) => note,
  },
  "high-level-in-relup": {
    what: "an instruction of a relup",
    expected: "a low-level one",
    summary: ({ value }) => `a relup holds low-level instructions only, not ${String(value)}`,
    detail: "High-level instructions are translated when the relup is made from the appups.",
    hint: () => "Write it in the .appup and make the relup anew.",
  },
  "bad-script": {
    what: "the instructions",
    plural: true,
    expected: "a list",
    detail: "A script is a list of upgrade instructions. It may be empty.",
  },
  "bad-module": { what: "the module", expected: anAtom, hint: asAtom },
  "bad-module-list": { what: "the modules", plural: true, expected: atomList, hint: asAtoms },
  "bad-dep-mods": {
    what: "the modules that this one depends on (DepMods)",
    plural: true,
    expected: atomList,
    hint: asAtoms,
  },
  "bad-change": {
    what: "the change",
    expected: { erlang: "soft or {advanced, Extra}", yaml: "soft or { advanced: ... }" },
    detail: "soft: the new code takes the state as it is. {advanced, Extra}: code_change is called, with Extra.",
    hint: ({ form, value }) => {
      if (value === "advanced") return form === "yaml" ? "Write { advanced: [] }." : "Write {advanced, []}.";
      return form === "yaml" ? "Write soft, or { advanced: [] }." : undefined;
    },
  },
  "bad-extra": { what: "the Extra argument of code_change", expected: "a term" },
  "bad-supervisor": {
    what: "supervisor",
    expected: "true, or left out",
  },
  "supervisor-not-alone": {
    what: "an update of a supervisor",
    expected: "{update, Module, supervisor}",
    summary: ({ field }) => `an update of a supervisor takes no ${field}`,
    detail: "{update, Module, supervisor} is static, with the change {advanced, []}; nothing else can be set.",
    hint: () => "Leave the field out, or write the update without supervisor: modType static, change advanced.",
  },
  "bad-mod-type": {
    what: "the kind of the module's processes (ModType)",
    expected: "static or dynamic",
    hint: ({ value }) => meant(value, ["static", "dynamic"]),
    detail:
      "dynamic: the new code is loaded before code_change is called, static: after it. It matters for upgrades only.",
  },
  "bad-purge-method": {
    what: "the purge method",
    expected: "soft_purge or brutal_purge",
    detail:
      "brutal_purge kills the processes that still run old code, soft_purge refuses the upgrade where there are any.",
    hint: ({ value }) =>
      value === "soft" || value === "brutal" ? `Write ${value}_purge.` : meant(value, ["soft_purge", "brutal_purge"]),
  },
  "bad-timeout": {
    what: "the timeout",
    expected: "default, infinity, or a number of milliseconds from 1 to 4294967295",
    detail: "It is how long one process may take to suspend.",
  },
  "bad-application": { what: "the application", expected: anAtom, hint: asAtom },
  "bad-start-type": {
    what: "the start type",
    expected: "permanent, transient, temporary, load or none",
    hint: ({ value }) => meant(value, ["permanent", "transient", "temporary", "load", "none"]),
  },
  "bad-application-version": {
    what: "the application's version",
    expected: aString,
    hint: asString,
    example: 'a string such as "1.0.0"',
  },
  "bad-load-object-code": {
    what: "the argument of load_object_code",
    expected: "{Application, Version, Modules}",
  },
  "bad-load": { what: "the argument", expected: "{Module, PrePurge, PostPurge}" },
  "bad-suspend": {
    what: "an element of suspend",
    expected: "Module or {Module, Timeout}",
    summary: ({ text, form }) =>
      form === "yaml"
        ? `each element of suspend must be a module, or { module: ..., timeout: ... }, not ${text}`
        : `each element of suspend must be Module or {Module, Timeout}, not ${text}`,
  },
  "bad-code-change": {
    what: "an element of code_change",
    expected: "{Module, Extra}",
    summary: ({ text, form }) =>
      form === "yaml"
        ? `each element of code_change must be { module: ..., extra: ... }, not ${text}`
        : `each element of code_change must be {Module, Extra}, not ${text}`,
    hint: ({ form, value }) => (form === "erlang" && value instanceof Atom ? `Write {${value.name}, []}.` : undefined),
  },
  "bad-mode": { what: "the mode of code_change", expected: "up or down" },
  "bad-sync-id": { what: "the id of sync_nodes", expected: "a term" },
  "bad-nodes": {
    what: "the nodes of sync_nodes",
    plural: true,
    expected: {
      erlang: "a list of atoms, or {Module, Function, Arguments}",
      yaml: "a list of names, or a mapping with module, function and args",
    },
  },
  "bad-node": { what: "the node", expected: anAtom, hint: asAtom },
  "bad-mfa": {
    what: "the call",
    expected: { erlang: "{Module, Function, Arguments}", yaml: "a mapping with module, function and args" },
    hint: ({ form, value }) => {
      if (form === "yaml") return "Write { module: m, function: f, args: [] }.";
      return value instanceof Tuple && value.arity === 2 ? "The list of arguments is missing: {M, F, []}." : undefined;
    },
  },
  "bad-function": { what: "the function", expected: anAtom, hint: asAtom },
  "bad-arguments": {
    what: "the arguments",
    plural: true,
    expected: "a list",
    hint: ({ form }) =>
      form === "erlang" ? "Put them in a list: [Argument]." : "Put them in a list: [!erl argument].",
  },
  "bad-argument": { what: "the argument", expected: "a term" },
});
