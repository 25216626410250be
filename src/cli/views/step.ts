import type { LowLevelInstruction } from "../../release/instruction.js";
import { printAtom, printTerm } from "../../terms/print.js";
import type { PlanStep } from "../../upgrade/plan.js";
import { fold, nameText, type Paint } from "./paint.js";

const namesText = (names: readonly string[]): string => names.map(nameText).join(", ");

/** What an instruction is about, without its name. */
export function subjectOf(step: LowLevelInstruction): string {
  switch (step.instruction) {
    case "load_object_code":
      return `${step.application} ${step.vsn}: ${namesText(step.modules)}`;
    case "point_of_no_return":
      return "";
    case "load":
    case "remove":
      return nameText(step.module);
    case "purge":
    case "resume":
    case "stop":
    case "start":
      return namesText(step.modules);
    case "suspend":
    case "code_change":
      return namesText(step.modules.map(({ module }) => module));
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

/** Steps as aligned lines: number, mark, instruction, subject, notes. A subject that is too long takes several lines. */
export function stepLines(lines: readonly StepLine[], paint: Paint): string {
  const nameWidth = Math.max(0, ...lines.map(({ step }) => step.instruction.instruction.length));
  const subjects = lines.map(({ step }) => subjectOf(step.instruction));
  const notes = lines.map((line) => line.notes.filter((note) => note !== "").join(", "));
  const markWidth = lines.some(({ mark }) => mark !== "") ? 8 : 0;
  const before = 5 + markWidth + nameWidth + 2;
  const room = Math.max(12, paint.width - before - 2 - Math.max(0, ...notes.map((text) => text.length)));
  const subjectWidth = Math.min(room, Math.max(0, ...subjects.map((subject) => subject.length)));
  return lines
    .map(({ step, mark }, index) => {
      const number = paint.faint(String(step.index + 1).padStart(3));
      const name = step.instruction.instruction.padEnd(nameWidth);
      const [subject = "", ...more] = fold(subjects[index]!, subjectWidth);
      const note = notes[index]!;
      const rest = note === "" ? subject : `${subject.padEnd(subjectWidth)}  ${paint.faint(note)}`;
      const line = `${number}  ${mark}${name}  ${rest}`.trimEnd();
      return [line, ...more.map((text) => " ".repeat(before) + text)].join("\n");
    })
    .join("\n");
}
