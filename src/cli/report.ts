import type { Problem } from "../terms/problem.js";
import { CallError } from "../otp/invoke.js";
import { ProblemError } from "../terms/problem.js";
import { CommandError, EXIT, type ExitCode } from "./exit.js";
import type { Io } from "./io.js";
import type { Paint } from "./views/paint.js";
import { problemJson, problemText } from "./views/problem.js";

/** What a command has to say, in both forms, and the code to exit with. */
export interface Report {
  /** Without `schema` and `ok`. */
  readonly json: object;
  readonly text: (paint: Paint) => string;
  readonly exitCode: ExitCode;
}

/** A report, or what kept the command from making one. */
export type Result =
  { readonly report: Report } | { readonly problems: readonly [Problem, ...Problem[]]; readonly exitCode: ExitCode };

/**
 * Runs a command's work and turns what it throws into problems and an exit code. This is the one place that knows which
 * error means which code.
 */
export async function settle(work: () => Promise<Report>): Promise<Result> {
  try {
    return { report: await work() };
  } catch (error) {
    if (error instanceof CommandError) return { problems: [error.problem], exitCode: error.exitCode };
    if (error instanceof ProblemError) {
      return { problems: error.problems as [Problem, ...Problem[]], exitCode: exitCodeOf(error.problems[0]!) };
    }
    if (error instanceof CallError) {
      const problem: Problem = {
        code: "call-failed",
        severity: "error",
        summary: error.message,
        hint: "See the node's log. Nothing was changed if this came before the first step.",
      };
      return { problems: [problem], exitCode: EXIT.usage };
    }
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const problem: Problem = {
      code: "internal-error",
      severity: "error",
      summary: "relupctl failed in a way it should not",
      detail,
      hint: "Please report it, with this text.",
    };
    return { problems: [problem], exitCode: EXIT.usage };
  }
}

/** What stands in the way exits with 3; every other problem is of a manifest. */
function exitCodeOf(problem: Problem): ExitCode {
  return REFUSALS.has(problem.code) ? EXIT.refused : EXIT.invalid;
}

/** Valid manifests, but no upgrade to be made of them on this node. */
const REFUSALS: ReadonlySet<string> = new Set([
  "no-upgrade-path",
  "appup-missing",
  "already-installed",
  "application-not-running",
  "not-a-release",
]);

/**
 * Prints a result: one JSON document, or text for people.
 * @param schema such as `relupctl/plan@1`
 */
export function print(result: Result, schema: string, json: boolean, io: Io): ExitCode {
  if ("report" in result) {
    const { report } = result;
    if (json) io.out(`${JSON.stringify({ schema, ok: report.exitCode === EXIT.done, ...report.json }, null, 2)}\n`);
    else io.out(`${report.text(io.paint)}\n`);
    return report.exitCode;
  }
  if (json) io.out(`${JSON.stringify(failureJson(schema, result.problems), null, 2)}\n`);
  else io.err(`${result.problems.map((problem) => problemText(problem, io.paintErr)).join("\n\n")}\n`);
  return result.exitCode;
}

function failureJson(schema: string, problems: readonly [Problem, ...Problem[]]): object {
  const [first] = problems;
  const { code, summary, detail, hint } = first;
  return {
    schema,
    ok: false,
    error: { code, summary, detail: detail ?? null, hint: hint ?? null },
    problems: problems.map(problemJson),
  };
}
