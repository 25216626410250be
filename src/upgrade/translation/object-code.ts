import type { LoadObjectCode } from "../../release/instruction.js";
import type { PreparingInstruction } from "./forms.js";
import { isStep, refuseAll, type Fault, type Step } from "./step.js";

/**
 * Joins the `load_object_code` of each application into one, and puts them first. A module that several of them fetch is
 * fetched by the last one of these. Follows `systools_rc:merge_load_object_code/1`.
 */
export function mergeObjectCode(before: readonly Step<PreparingInstruction>[]): Step<PreparingInstruction>[] {
  const fetches = before.filter((step) => isStep(step, "load_object_code"));
  const rest = before.filter((step) => !isStep(step, "load_object_code"));
  const byApplication = new Map<string, Step<LoadObjectCode>[]>();
  const faults: Fault[] = [];
  for (const step of fetches) {
    const { application, vsn } = step.instruction;
    const same = byApplication.get(application);
    if (same === undefined) {
      byApplication.set(application, [step]);
      continue;
    }
    const other = same[0]!.instruction.vsn;
    if (other !== vsn) faults.push(conflictingVersions(application, other, vsn, step));
    same.push(step);
  }
  refuseAll(faults);
  return [...[...byApplication.values()].map(mergeOne), ...rest];
}

function mergeOne(steps: readonly Step<LoadObjectCode>[]): Step<LoadObjectCode> {
  const first = steps[0]!;
  const later = new Set<string>();
  const lists: string[][] = [];
  for (const { instruction } of [...steps].reverse()) {
    // Within one instruction a module that is written twice stays twice.
    const modules = instruction.modules.filter((module) => !later.has(module));
    for (const module of modules) later.add(module);
    lists.push(modules);
  }
  return { instruction: { ...first.instruction, modules: lists.reverse().flat() }, origin: first.origin };
}

function conflictingVersions(application: string, one: string, other: string, { origin }: Step<LoadObjectCode>): Fault {
  return {
    code: "conflicting-versions",
    summary: `load_object_code fetches ${application} in two versions, ${one} and ${other}`,
    detail: "An update, load_module or add_module fetches its code in the version that the new release has.",
    hint: `Write the version that the .rel gives to ${application}.`,
    origin,
  };
}
