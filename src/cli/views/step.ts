import type { LowLevelInstruction } from "../../release/instruction.js";
import { printAtom, printTerm } from "../../terms/print.js";
import type { PlanStep } from "../../upgrade/plan.js";
import { fit, type Paint } from "./paint.js";

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

export interface StepLine {
  readonly step: PlanStep;
  /** What became of it, in colour; may be empty. */
  readonly mark: string;
  /** Said behind it, faintly; empty ones are left out. */
  readonly notes: readonly string[];
}

/** Steps as aligned lines: number, mark, instruction, subject, notes. */
export function stepLines(lines: readonly StepLine[], paint: Paint): string {
  const nameWidth = Math.max(0, ...lines.map(({ step }) => step.instruction.instruction.length));
  const subjects = lines.map(({ step }) => subjectOf(step.instruction));
  const notes = lines.map((line) => line.notes.filter((note) => note !== "").join(", "));
  const markWidth = lines.some(({ mark }) => mark !== "") ? 8 : 0;
  const fixed = 5 + markWidth + nameWidth + 2;
  const notesWidth = Math.max(0, ...notes.map((text) => text.length));
  const room = Math.max(12, paint.width - fixed - notesWidth - 2);
  const subjectWidth = Math.min(room, Math.max(0, ...subjects.map((subject) => subject.length)));
  return lines
    .map(({ step, mark }, index) => {
      const number = paint.faint(String(step.index + 1).padStart(3));
      const name = step.instruction.instruction.padEnd(nameWidth);
      const subject = fit(subjects[index]!, subjectWidth).padEnd(subjectWidth);
      return `${number}  ${mark}${name}  ${subject}  ${paint.faint(notes[index]!)}`.trimEnd();
    })
    .join("\n");
}
