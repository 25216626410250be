import { atom, list } from "../../terms/term.js";
import type { Apply, Remove, StartType } from "../../release/instruction.js";
import { byName, type UpgradeApplication } from "./application.js";
import type { ApplicationInstruction, FullInstruction, FullLoadModule } from "./forms.js";
import { Refusal, type Origin, type Step } from "./step.js";

/** The instructions that are left when those about whole applications, and `add_module`, are gone. */
export type ModuleInstruction = Exclude<FullInstruction, ApplicationInstruction | { instruction: "add_module" }>;

/**
 * Turns `add_application`, `remove_application` and `restart_application` into instructions about their modules and
 * `apply`, and `add_module` into `load_module`. Follows `systools_rc:translate_independent_instrs/4`.
 *
 * @param applications those of the release that is gone to
 * @param preApplications those of the release that is left
 */
export function translateApplicationInstructions(
  steps: readonly Step<FullInstruction>[],
  applications: readonly UpgradeApplication[],
  preApplications: readonly UpgradeApplication[],
): Step<ModuleInstruction>[] {
  const to = byName(applications);
  const from = byName(preApplications);
  return steps.flatMap(({ instruction, origin }) =>
    translateOne(instruction, origin, to, from).map((translated) => ({ instruction: translated, origin })),
  );
}

type Applications = ReadonlyMap<string, UpgradeApplication>;

function translateOne(
  instruction: FullInstruction,
  origin: Origin,
  to: Applications,
  from: Applications,
): readonly ModuleInstruction[] {
  switch (instruction.instruction) {
    case "add_module":
      return [addModule(instruction.module, instruction.depMods)];
    case "add_application": {
      const { modules } = present(to, instruction, origin, "the release that is gone to");
      return [...modules.map((module) => addModule(module)), ...start(instruction.application, instruction.type)];
    }
    case "remove_application": {
      if (to.has(instruction.application)) throw new Refusal([stillPresent(instruction.application, origin)]);
      const { modules } = present(from, instruction, origin, "the release that is left");
      return [...stop(instruction.application, modules), applicationCall("unload", instruction.application)];
    }
    case "restart_application": {
      const left = present(from, instruction, origin, "the release that is left");
      const gone = present(to, instruction, origin, "the release that is gone to");
      return [
        ...stop(instruction.application, left.modules),
        ...gone.modules.map((module) => addModule(module)),
        ...start(instruction.application, gone.type),
      ];
    }
    default:
      return [instruction];
  }
}

/** The purge methods don't matter: the module is new. */
function addModule(module: string, depMods: readonly string[] = []): FullLoadModule {
  return { instruction: "load_module", module, prePurge: "brutal_purge", postPurge: "brutal_purge", depMods };
}

function start(application: string, type: StartType): Apply[] {
  switch (type) {
    case "none":
      return [];
    case "load":
      return [applicationCall("load", application)];
    case "permanent":
    case "transient":
    case "temporary":
      return [applicationCall("start", application, type)];
  }
}

function stop(application: string, modules: readonly string[]): ModuleInstruction[] {
  return [
    applicationCall("stop", application),
    ...modules.map((module): Remove => ({
      instruction: "remove",
      module,
      prePurge: "brutal_purge",
      postPurge: "brutal_purge",
    })),
    { instruction: "purge", modules },
  ];
}

function applicationCall(name: string, ...args: readonly string[]): Apply {
  return {
    instruction: "apply",
    mfa: { module: "application", function: name, args: list(...args.map((arg) => atom(arg))).elements },
  };
}

function present(
  applications: Applications,
  instruction: ApplicationInstruction,
  origin: Origin,
  where: string,
): UpgradeApplication {
  const found = applications.get(instruction.application);
  if (found !== undefined) return found;
  const summary = `${instruction.instruction} of ${instruction.application}, which isn't in ${where}`;
  throw new Refusal([
    { code: "no-such-application", summary, hint: "Check the name against the applications of the .rel.", origin },
  ]);
}

function stillPresent(application: string, origin: Origin) {
  return {
    code: "removed-application-present",
    summary: `remove_application of ${application}, which the release that is gone to still has`,
    hint: `Use {restart_application, ${application}}, or take ${application} out of the .rel.`,
    origin,
  };
}
