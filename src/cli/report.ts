import { fileProblem } from "../engine/releases/problems.js";
import { FileError } from "../otp/file.js";
import { CallError, UnexpectedAnswer } from "../otp/invoke.js";
import { ProblemError, type Problem } from "../terms/problem.js";
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
      const problems = error.problems as [Problem, ...Problem[]];
      return { problems, exitCode: exitCodeOf(problems) };
    }
    // Nothing has been done then: a file is written before the first step, or the step says what became of it.
    if (error instanceof FileError) return { problems: [fileProblem(error)], exitCode: EXIT.refused };
    if (error instanceof CallError || error instanceof UnexpectedAnswer) {
      return { problems: [isLost(error) ? nodeLost(error) : callFailed(error)], exitCode: EXIT.usage };
    }
    return { problems: [internalError(error)], exitCode: EXIT.usage };
  }
}

/** A question to the node that has no use without its answer. No step is among them: those fail the upgrade instead. */
const callFailed = ({ message }: Error): Problem => ({
  code: "call-failed",
  severity: "error",
  summary: message,
  detail: "It was asked before the first step, or after the last.",
  hint: "See whether the node runs, and its log.",
});

/** The connection ended while the node was asked, or before it could be. */
const isLost = (error: Error): boolean =>
  error instanceof CallError &&
  (error.outcome.kind === "not_sent" ||
    (error.outcome.kind === "unknown" && error.outcome.cause === "connection_lost"));

const nodeLost = ({ message }: Error): Problem => ({
  code: "node-lost",
  severity: "error",
  summary: "the node, or the connection to it, was lost",
  detail: `It stopped, was silent for too long, or the network was cut: ${message}.`,
  hint: "See whether the node runs and can be reached, and try again. Did this command change something? See relupctl recover.",
});

const internalError = (error: unknown): Problem => ({
  code: "internal-error",
  severity: "error",
  summary: "relupctl failed in a way it should not",
  detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
  hint: "Please report it, with this text.",
});

/** Valid manifests of which no upgrade can be made on this node are refused; every other problem is of a manifest. */
function exitCodeOf(problems: readonly Problem[]): ExitCode {
  if (problems[0]?.code === "locked") return EXIT.locked;
  if (problems[0]?.code === "interrupted") return EXIT.interrupted;
  return problems.every(({ code }) => REFUSALS.has(code)) ? EXIT.refused : EXIT.invalid;
}

/** Valid manifests, but no upgrade to be made of them on this node. */
const REFUSALS: ReadonlySet<string> = new Set([
  "no-upgrade-path",
  "appup-missing",
  "already-installed",
  "application-not-running",
  "not-a-release",
  "no-release-handler",
  "executor-unfit",
  "heart-not-running",
  "release-handler-unknown",
  "release-handler-changed",
  "release-handler-refused",
  "release-not-registered",
  "release-name-mismatch",
  "releases-elsewhere",
  "release-in-use",
  "erts-missing",
  "library-differs",
  "code-not-loadable",
  "unpack-failed",
  "config-provider-failed",
  "release-not-running",
  "old-code-in-use",
  "start-erl-differs",
  "module-not-loaded",
  "already-loaded",
  "process-not-found",
  "process-of-another-module",
  "not-the-running-code",
]);

/**
 * Prints a result: one JSON document, or text for people.
 * @param schema such as `relupctl/plan@1`
 */
export function print(result: Result, schema: string, json: boolean, io: Io): ExitCode {
  if ("report" in result) {
    const { report } = result;
    if (json) io.out(documentText(schema, report));
    else io.out(`${report.text(io.paint)}\n`);
    return report.exitCode;
  }
  if (json) io.out(failureText(schema, result.problems));
  else io.err(`${result.problems.map((problem) => problemText(problem, io.paintErr)).join("\n\n")}\n`);
  return result.exitCode;
}

/** A report as the one JSON document. */
export function documentText(schema: string, { json, exitCode }: Pick<Report, "json" | "exitCode">): string {
  return jsonText({ schema, ok: exitCode === EXIT.done, ...json });
}

/** What kept a command from doing its work, as the one JSON document. */
export function failureText(schema: string, problems: readonly [Problem, ...Problem[]]): string {
  const { code, summary, detail, hint } = problems[0];
  return jsonText({
    schema,
    ok: false,
    error: { code, summary, detail: detail ?? null, hint: hint ?? null },
    problems: problems.map(problemJson),
  });
}

const jsonText = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;
