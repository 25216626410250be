import type { Problem } from "../terms/problem.js";

/** Exit codes: a contract with scripts. */
export const EXIT = {
  done: 0,
  usage: 1,
  invalid: 2,
  refused: 3,
  rolledBack: 4,
  needsAttention: 5,
  locked: 6,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An error that a command ends with: what to print, and the code to exit with. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly problem: Problem;
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, problem: Omit<Problem, "severity">) {
    super(problem.summary);
    this.exitCode = exitCode;
    this.problem = { severity: "error", ...problem };
  }
}
