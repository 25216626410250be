import type { LowLevelInstruction } from "../../release/instruction.js";
import { printAtom, printTerm } from "../../terms/print.js";

const atoms = (names: readonly string[]): string => names.map(printAtom).join(", ");

/** What an instruction is about, without its name. */
export function subjectOf(step: LowLevelInstruction): string {
  switch (step.instruction) {
    case "load_object_code":
      return `${step.application} ${step.vsn}: ${atoms(step.modules)}`;
    case "point_of_no_return":
      return "";
    case "load":
    case "remove":
      return printAtom(step.module);
    case "purge":
    case "resume":
    case "stop":
    case "start":
      return atoms(step.modules);
    case "suspend":
    case "code_change":
      return atoms(step.modules.map(({ module }) => module));
    case "sync_nodes":
      return printTerm(step.id);
    case "apply":
      return `${printAtom(step.mfa.module)}:${printAtom(step.mfa.function)}(${step.mfa.args.map((arg) => printTerm(arg)).join(", ")})`;
    case "restart_new_emulator":
    case "restart_emulator":
      return "";
  }
}
