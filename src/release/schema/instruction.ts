import * as z from "zod";
import type { HighLevelInstruction, Instruction, LowLevelInstruction, MfaTerm } from "../instruction.js";
import { atomName, limit, listOf, oneOf, record, term, text } from "./leaves.js";

/** Schemas of the upgrade instructions: appup(4), with the checks of systools_rc:check_syntax/1. */

const module = atomName("bad-module");
const modules = listOf(module, "bad-module-list");
const depMods = listOf(module, "bad-dep-mods").exactOptional();
const purgeMethod = oneOf(["soft_purge", "brutal_purge"], "bad-purge-method");
const application = atomName("bad-application");

/** The longest timeout that an Erlang receive takes. */
const maxTimeoutMs = 0xffff_ffff;
export const timeout = limit(maxTimeoutMs, ["default", "infinity"], "bad-timeout");

export const startType = oneOf(["permanent", "transient", "temporary", "load", "none"], "bad-start-type");

const mfa: z.ZodType<MfaTerm> = record(
  {
    module,
    function: atomName("bad-function"),
    args: listOf(term("bad-argument"), "bad-arguments"),
  },
  "bad-mfa",
);

const change = z.union([z.literal("soft"), record({ advanced: term("bad-extra") }, "bad-change")], {
  error: "bad-change",
});

/** An instruction's name, the field that its YAML form writes beside the name, and its fields. */
function define<Name extends string, Main extends string, Shape extends z.ZodRawShape>(
  name: Name,
  main: Main | undefined,
  shape: Shape,
) {
  const keys = Object.keys(shape).filter((key) => key !== main);
  const schema = record({ instruction: z.literal(name), ...shape }, "bad-instruction-form", keys);
  return { name, main, shape, schema };
}

/** `{update, M, supervisor}` has room for nothing else. */
function supervisorStandsAlone(value: object, context: z.core.$RefinementCtx): void {
  if (!("supervisor" in value)) return;
  for (const field of ["modType", "timeout", "change", "prePurge", "postPurge", "depMods"]) {
    if (field in value) context.addIssue({ code: "custom", path: [field], message: "supervisor-not-alone" });
  }
}

export const highLevel = {
  update: define("update", "module", {
    module,
    supervisor: z.literal(true, { error: "bad-supervisor" }).exactOptional(),
    modType: oneOf(["static", "dynamic"], "bad-mod-type").exactOptional(),
    timeout: timeout.exactOptional(),
    change: change.exactOptional(),
    prePurge: purgeMethod.exactOptional(),
    postPurge: purgeMethod.exactOptional(),
    depMods,
  }),
  load_module: define("load_module", "module", {
    module,
    prePurge: purgeMethod.exactOptional(),
    postPurge: purgeMethod.exactOptional(),
    depMods,
  }),
  add_module: define("add_module", "module", { module, depMods }),
  delete_module: define("delete_module", "module", { module, depMods }),
  add_application: define("add_application", "application", { application, type: startType.exactOptional() }),
  remove_application: define("remove_application", "application", { application }),
  restart_application: define("restart_application", "application", { application }),
};

export const lowLevel = {
  load_object_code: define("load_object_code", "application", {
    application,
    vsn: text("bad-application-version"),
    modules,
  }),
  point_of_no_return: define("point_of_no_return", undefined, {}),
  load: define("load", "module", { module, prePurge: purgeMethod, postPurge: purgeMethod }),
  remove: define("remove", "module", { module, prePurge: purgeMethod, postPurge: purgeMethod }),
  purge: define("purge", "modules", { modules }),
  suspend: define("suspend", "modules", {
    modules: listOf(record({ module, timeout: timeout.exactOptional() }, "bad-suspend"), "bad-module-list"),
  }),
  resume: define("resume", "modules", { modules }),
  code_change: define("code_change", "modules", {
    mode: oneOf(["up", "down"], "bad-mode").exactOptional(),
    modules: listOf(record({ module, extra: term("bad-extra") }, "bad-code-change"), "bad-module-list"),
  }),
  stop: define("stop", "modules", { modules }),
  start: define("start", "modules", { modules }),
  sync_nodes: define("sync_nodes", "id", {
    id: term("bad-sync-id"),
    nodes: z.union([listOf(atomName("bad-node"), "bad-nodes"), mfa], { error: "bad-nodes" }),
  }),
  apply: define("apply", "mfa", { mfa }),
  restart_new_emulator: define("restart_new_emulator", undefined, {}),
  restart_emulator: define("restart_emulator", undefined, {}),
};

export const definitions = { ...highLevel, ...lowLevel };
export type InstructionName = keyof typeof definitions;
export const instructionNames = Object.keys(definitions) as readonly InstructionName[];

const unknownInstruction = { error: "unknown-instruction" };

/** An instruction of a relup. */
export const lowLevelSchema = z.discriminatedUnion(
  "instruction",
  [
    lowLevel.load_object_code.schema,
    lowLevel.point_of_no_return.schema,
    lowLevel.load.schema,
    lowLevel.remove.schema,
    lowLevel.purge.schema,
    lowLevel.suspend.schema,
    lowLevel.resume.schema,
    lowLevel.code_change.schema,
    lowLevel.stop.schema,
    lowLevel.start.schema,
    lowLevel.sync_nodes.schema,
    lowLevel.apply.schema,
    lowLevel.restart_new_emulator.schema,
    lowLevel.restart_emulator.schema,
  ],
  {
    error: (issue) => (isHighLevel(issue.input) ? "high-level-in-relup" : "unknown-instruction"),
  },
) satisfies z.ZodType<LowLevelInstruction>;

function isHighLevel(value: unknown): boolean {
  const name = (value as { readonly instruction?: unknown } | null | undefined)?.instruction;
  return typeof name === "string" && Object.hasOwn(highLevel, name);
}

export const highLevelSchema = z.discriminatedUnion(
  "instruction",
  [
    highLevel.update.schema.superRefine(supervisorStandsAlone),
    highLevel.load_module.schema,
    highLevel.add_module.schema,
    highLevel.delete_module.schema,
    highLevel.add_application.schema,
    highLevel.remove_application.schema,
    highLevel.restart_application.schema,
  ],
  unknownInstruction,
) satisfies z.ZodType<HighLevelInstruction>;

/** An instruction of an appup. */
export const instructionSchema = z.discriminatedUnion(
  "instruction",
  [highLevelSchema, lowLevelSchema],
  unknownInstruction,
) satisfies z.ZodType<Instruction>;

export const scriptSchema = listOf(instructionSchema, "bad-script");
export const relupScriptSchema = listOf(lowLevelSchema, "bad-script");
