import type { CodeChange, Instruction, Load, LoadObjectCode, LowLevelInstruction } from "../../release/instruction.js";
import type { UpgradeApplication } from "./application.js";
import type { ModuleInstruction } from "./application-instructions.js";
import { byModule } from "./application.js";
import type { DependentInstruction, FullUpdate } from "./forms.js";
import { orderByDependency } from "./order.js";
import { refuseAll, type Fault, type Step } from "./step.js";

export type Mode = "up" | "down";

export interface LowLevelSplit {
  readonly before: readonly Step<LoadObjectCode>[];
  readonly after: readonly Step<LowLevelInstruction>[];
}

/**
 * Translates `update`, `load_module` and `delete_module`: each group of instructions that depend on each other is put,
 * as a whole, where its first instruction stands. Other instructions stay where they are.
 * Follows `systools_rc:translate_dependent_instrs/4`.
 *
 * @param applications those of the release that is gone to: they say which application a module's code is in
 */
export function translateDependentInstructions(
  mode: Mode,
  steps: readonly Step<ModuleInstruction>[],
  applications: readonly UpgradeApplication[],
): LowLevelSplit {
  const groupOf = new Map<string, readonly Step<DependentInstruction>[]>();
  for (const group of orderByDependency(steps.filter(isDependent))) {
    for (const { instruction } of group) groupOf.set(instruction.module, group);
  }
  const applicationOf = byModule(applications);
  const done = new Set<readonly Step<DependentInstruction>[]>();
  const before: Step<LoadObjectCode>[] = [];
  const after: Step<LowLevelInstruction>[] = [];
  for (const step of steps) {
    if (!isDependent(step)) {
      after.push(step as Step<LowLevelInstruction>);
      continue;
    }
    const group = groupOf.get(step.instruction.module)!;
    if (done.has(group)) continue;
    done.add(group);
    for (const fetch of fetchCode(group, applicationOf)) before.push(fetch);
    for (const low of translateGroup(mode, group)) after.push({ instruction: low, origin: step.origin });
  }
  return { before, after };
}

function isDependent(step: Step): step is Step<DependentInstruction> {
  const name: Instruction["instruction"] = step.instruction.instruction;
  return name === "update" || name === "load_module" || name === "delete_module";
}

/** One `load_object_code` for each module that will be loaded, in the order of dependency. */
function fetchCode(
  group: readonly Step<DependentInstruction>[],
  applicationOf: ReadonlyMap<string, UpgradeApplication>,
): Step<LoadObjectCode>[] {
  const faults: Fault[] = [];
  const fetches: Step<LoadObjectCode>[] = [];
  for (const { instruction, origin } of group) {
    if (instruction.instruction === "delete_module") continue;
    const { module } = instruction;
    const application = applicationOf.get(module);
    if (application === undefined) {
      faults.push({
        code: "module-not-in-app",
        summary: `no application of the release that is gone to lists ${module}`,
        hint: `Add ${module} to the modules of its .app, or correct the name in the appup.`,
        origin,
      });
      continue;
    }
    const { name, vsn } = application;
    const fetch = { instruction: "load_object_code", application: name, vsn, modules: [module] } as const;
    fetches.push({ instruction: fetch, origin });
  }
  refuseAll(faults);
  return fetches;
}

/**
 * Suspends in the order of dependency, loads, changes code, and resumes in reversed order. On the way up modules are
 * loaded in reversed order, and code is changed after that. On the way down they are loaded in order, and code is
 * changed by the version that knows both forms of the state: for a dynamic module before its old code is loaded, for a
 * static one after. Follows `systools_rc:translate_dep_to_low/3`.
 */
function translateGroup(mode: Mode, group: readonly Step<DependentInstruction>[]): LowLevelInstruction[] {
  const instructions = group.map((step) => step.instruction);
  const updates = instructions.filter((instruction) => instruction.instruction === "update");
  const loads = instructions.map(loadOrRemove);
  const suspend = updates.map(({ module, timeout }) => (timeout === "default" ? { module } : { module, timeout }));
  const resume = updates.map((update) => update.module).reverse();
  const core =
    mode === "up"
      ? [...loads.reverse().flat(), ...codeChange("up", updates)]
      : [
          ...codeChange(
            "down",
            updates.filter((update) => update.modType === "dynamic"),
          ),
          ...loads.flat(),
          ...codeChange(
            "down",
            updates.filter((update) => update.modType === "static"),
          ),
        ];
  if (updates.length === 0) return core;
  return [{ instruction: "suspend", modules: suspend }, ...core, { instruction: "resume", modules: resume }];
}

function loadOrRemove(instruction: DependentInstruction): LowLevelInstruction[] {
  const { module } = instruction;
  if (instruction.instruction === "delete_module") {
    return [
      { instruction: "remove", module, prePurge: "brutal_purge", postPurge: "brutal_purge" },
      { instruction: "purge", modules: [module] },
    ];
  }
  const { prePurge, postPurge } = instruction;
  return [{ instruction: "load", module, prePurge, postPurge } satisfies Load];
}

/** The `code_change` for those that change advanced; none when there are none. */
function codeChange(mode: Mode, updates: readonly FullUpdate[]): CodeChange[] {
  const modules = updates.flatMap(({ module, change }) =>
    change === "soft" ? [] : [{ module, extra: change.advanced }],
  );
  return modules.length === 0 ? [] : [{ instruction: "code_change", mode, modules }];
}
