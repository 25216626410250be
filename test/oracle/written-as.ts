import type { AddModule, DeleteModule, Instruction, LoadModule, Update } from "../../src/release/instruction.js";
import { translateApplicationInstructions } from "../../src/upgrade/translation/application-instructions.js";
import { expand } from "../../src/upgrade/translation/expand.js";
import type { ScriptsCase } from "./scripts.js";

/** The order of one group of dependent modules: its strong components. */
export type Order = readonly (readonly string[])[];

type Dependent = Update | LoadModule | AddModule | DeleteModule;
type Scripts = readonly (readonly Instruction[])[];

const isDependent = (instruction: Instruction): instruction is Dependent =>
  ["update", "load_module", "add_module", "delete_module"].includes(instruction.instruction);

/** True where the dependencies don't say which of two neighbours in one of the orders comes first. */
export function leavesOrderOpen(question: ScriptsCase, scripts: Scripts, orders: readonly Order[]): boolean {
  const deps = new Map(
    spelledOut(question, scripts)
      .flat()
      .filter(isDependent)
      .map((instruction) => [instruction.module, instruction.depMods ?? []]),
  );
  return orders.some((order) =>
    order.some((component, index) => {
      const next = order[index + 1];
      return next !== undefined && !component.some((module) => deps.get(module)!.some((dep) => next.includes(dep)));
    }),
  );
}

/**
 * The same scripts with the instructions of each group in the given order, in the places that the group's instructions had.
 * Modules of a circle keep the order they were written in.
 */
export function writtenAs(question: ScriptsCase, scripts: Scripts, orders: readonly Order[]): Scripts {
  const result = spelledOut(question, scripts).map((script) => [...script]);
  const slots = result.flatMap((script, at) =>
    script.flatMap((instruction, index) => (isDependent(instruction) ? [{ at, index, instruction }] : [])),
  );
  for (const order of orders) {
    const rank = new Map(order.flatMap((component, index) => component.map((module) => [module, index] as const)));
    const places = slots.filter(({ instruction }) => rank.has(instruction.module));
    const sorted = places.map((place) => place.instruction).sort((a, b) => rank.get(a.module)! - rank.get(b.module)!);
    for (const [index, place] of places.entries()) result[place.at]![place.index] = sorted[index]!;
  }
  return result;
}

/** The scripts with instructions about applications replaced by what they stand for, so that all have a place. */
function spelledOut({ applications, preApplications }: ScriptsCase, scripts: Scripts): Scripts {
  return scripts.map((instructions, script) => {
    const steps = instructions.map((instruction, index) => ({
      instruction: expand(instruction),
      origin: { script, index },
    }));
    return translateApplicationInstructions(steps, applications, preApplications).map((step) => step.instruction);
  });
}
