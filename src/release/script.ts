import { ProblemError, type Problem } from "../terms/problem.js";
import { type Term, List } from "../terms/term.js";
import { judge } from "./draft/judge.js";
import { encodeInstruction } from "./erlang/encode-instruction.js";
import { instructionDraft } from "./erlang/instruction.js";
import { listDraft, TermNode, type LocateTerm } from "./erlang/node.js";
import type { Instruction, LowLevelInstruction } from "./instruction.js";
import { instructionSchema, scriptSchema, relupScriptSchema } from "./schema/instruction.js";

export { encodeInstruction } from "./erlang/encode-instruction.js";
export type { LocateTerm } from "./erlang/node.js";

const nowhere: LocateTerm = () => undefined;

/** A script's instructions, or everything that is wrong with it. */
export type DecodedScript<Each = Instruction> =
  | { readonly ok: true; readonly instructions: readonly Each[] }
  | { readonly ok: false; readonly problems: readonly [Problem, ...Problem[]] };

/**
 * The instruction of a term, as systools_rc:check_syntax/1 accepts it, short forms included. `locate` gives the places
 * of the term's parts for messages. Throws a ProblemError with everything that is wrong.
 */
export function decodeInstruction(term: Term, locate: LocateTerm = nowhere): Instruction {
  const judged = judge(instructionSchema, instructionDraft(new TermNode(term, locate)));
  if (!judged.ok) throw new ProblemError(judged.problems);
  return judged.value;
}

/** The instructions of an appup's script. `locate` takes paths within the script. */
export function decodeScript(term: Term, locate: LocateTerm = nowhere): DecodedScript {
  const judged = judge(scriptSchema, listDraft(new TermNode(term, locate), instructionDraft));
  return judged.ok ? { ok: true, instructions: judged.value } : judged;
}

/** The instructions of a relup's script: low-level ones only. */
export function decodeRelupScript(term: Term, locate: LocateTerm = nowhere): DecodedScript<LowLevelInstruction> {
  const judged = judge(relupScriptSchema, listDraft(new TermNode(term, locate), instructionDraft));
  return judged.ok ? { ok: true, instructions: judged.value } : judged;
}

/** The term of a script. */
export const encodeScript = (instructions: readonly Instruction[]): Term =>
  new List(instructions.map(encodeInstruction));
