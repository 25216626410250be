import type { LowLevelInstruction } from "../release/instruction.js";
import { isChosen, type Choice } from "./choice.js";
import type { ObservedProcess } from "./facts.js";
import { isFoundByWalk, isMissedButSuspendable } from "./running.js";

/** Which processes each step of a script will touch, by the rules of `release_handler_1:eval/2`. */

export interface StepSelection {
  /** Per module of the step, the processes it concerns. */
  readonly byModule: ReadonlyMap<string, readonly ObservedProcess[]>;
}

export interface SelectionOptions {
  /** Whether suspend also takes what runs a module though no child specification says so (`--include-missed`). */
  readonly includeMissed?: boolean | undefined;
  /** The processes that suspend takes in place of those that the walk finds. */
  readonly choice?: Choice | undefined;
}

/** The processes that OTP's walk has with `module` among their modules. */
export function processesOf(module: string, processes: readonly ObservedProcess[]): ObservedProcess[] {
  return processes.filter((process) => isFoundByWalk(process, module));
}

/** What a suspend takes for a module. */
export function suspendedFor(
  module: string,
  processes: readonly ObservedProcess[],
  { includeMissed, choice }: SelectionOptions,
): ObservedProcess[] {
  if (choice !== undefined) return processes.filter((process) => isChosen(process, module, choice));
  const found = processesOf(module, processes);
  if (includeMissed !== true) return found;
  return [...found, ...processes.filter((process) => isMissedButSuspendable(process, module))];
}

/**
 * Follows a script over the processes: suspend picks by module, code_change and resume concern what was suspended for
 * the module, stop picks by module except top supervisors, start what was stopped.
 * @returns one selection a step, in order
 */
export function selectProcesses(
  script: readonly LowLevelInstruction[],
  processes: readonly ObservedProcess[],
  options: SelectionOptions = {},
): StepSelection[] {
  const suspended = new Map<string, readonly ObservedProcess[]>();
  const stopped = new Map<string, readonly ObservedProcess[]>();
  const pick = (modules: readonly string[], from: ReadonlyMap<string, readonly ObservedProcess[]>): StepSelection => ({
    byModule: new Map(modules.map((module) => [module, from.get(module) ?? []])),
  });
  return script.map((step): StepSelection => {
    switch (step.instruction) {
      case "suspend": {
        const modules = step.modules.map((each) => each.module);
        for (const module of modules) suspended.set(module, suspendedFor(module, processes, options));
        return pick(modules, suspended);
      }
      case "code_change":
        return pick(
          step.modules.map((each) => each.module),
          suspended,
        );
      case "resume": {
        const selection = pick(step.modules, suspended);
        for (const module of step.modules) suspended.delete(module);
        return selection;
      }
      case "stop": {
        for (const module of step.modules) {
          const found = processesOf(module, processes).filter((process) => process.supervisor !== undefined);
          stopped.set(module, found);
        }
        return pick(step.modules, stopped);
      }
      case "start": {
        const selection = pick(step.modules, stopped);
        for (const module of step.modules) stopped.delete(module);
        return selection;
      }
      case "load_object_code":
      case "point_of_no_return":
      case "load":
      case "remove":
      case "purge":
      case "sync_nodes":
      case "apply":
      case "restart_new_emulator":
      case "restart_emulator":
        return { byModule: new Map() };
    }
  });
}

/** The distinct processes of a selection, in order. */
export function distinctProcesses(selection: StepSelection): ObservedProcess[] {
  const found = new Map<string, ObservedProcess>();
  for (const processes of selection.byModule.values()) {
    for (const process of processes) found.set(process.text, process);
  }
  return [...found.values()];
}
