import { underLock } from "../engine/guardian/lock.js";
import type { Target } from "../target/target.js";
import { ProblemError } from "../terms/problem.js";
import { CommandError, EXIT, type ExitCode } from "./exit.js";

/** What is neither a bad manifest nor a refusal: it happened after something had changed, or to the connection. */
const EXIT_CODES: Readonly<Record<string, ExitCode>> = {
  interrupted: EXIT.interrupted,
  "upload-cut": EXIT.usage,
  "upload-damaged": EXIT.usage,
  "unpack-left-files": EXIT.needsAttention,
  "unpack-not-verified": EXIT.needsAttention,
  "remove-incomplete": EXIT.needsAttention,
  "commit-failed": EXIT.needsAttention,
  "commit-not-verified": EXIT.needsAttention,
};

/** Does work on a node's releases. What it fails of ends the command with the exit code that is meant for it. */
export async function releaseErrorsTold<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const problem = error instanceof ProblemError ? error.problems[0] : undefined;
    const exitCode = problem === undefined ? undefined : EXIT_CODES[problem.code];
    throw problem === undefined || exitCode === undefined ? error : new CommandError(exitCode, problem);
  }
}

/**
 * The same for work that changes something, which nobody may do while the node is upgraded: it is locked meanwhile.
 * @param lock what is done, and whether it only looks
 */
export async function changeReleases<Result>(
  target: Target,
  lock: { readonly what: string; readonly isDry: boolean },
  work: () => Promise<Result>,
): Promise<Result> {
  return await releaseErrorsTold(() => (lock.isDry ? work() : underLock(target, lock.what, work)));
}
