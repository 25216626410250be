import { FileError } from "../otp/file.js";
import { CallError, UnexpectedAnswer } from "../otp/invoke.js";
import { TAKEN_BACK } from "./guardian/fence.js";
import { ProblemError, type Problem } from "../terms/problem.js";
import { fileProblem } from "./releases/problems.js";

/** A step that could not be done. The upgrade stops there, and what was done is taken back. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";
  readonly problem: Problem;
  constructor(problem: Omit<Problem, "severity">) {
    super(problem.summary);
    this.problem = { severity: "error", ...problem };
  }
}

/**
 * Any error as a problem to report; one that carries its own keeps it. Also errors of our own making become problems:
 * whatever goes wrong in the middle of an upgrade, what was done has to be taken back.
 */
export function problemOf(error: unknown, code: string, summary: string): Problem {
  if (error instanceof StepFailure) return error.problem;
  if (error instanceof ProblemError) return error.problems[0]!;
  if (error instanceof CallError && isTakenBack(error)) return LEASE_EXPIRED;
  if (error instanceof FileError) return fileProblem(error);
  if (error instanceof CallError || error instanceof UnexpectedAnswer) {
    return { code, severity: "error", summary, detail: error.message };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: "internal-error",
    severity: "error",
    summary,
    detail,
    hint: "This is a fault of relupctl; please report it.",
  };
}

const isTakenBack = ({ outcome }: CallError): boolean => outcome.kind === "not_sent" && outcome.cause === TAKEN_BACK;

const LEASE_EXPIRED: Problem = {
  code: "lease-expired",
  severity: "error",
  summary:
    "the node heard nothing of relupctl for the time of the lease, and has begun to take the upgrade back by itself",
  detail: "relupctl stood still, or the connection did. Nothing more was changed from then on.",
  hint: "Try again. Where this machine or the connection is often as slow, give the lease more time with --lease.",
};
