import { relative } from "node:path";
import type { Problem, Severity } from "../../terms/problem.js";
import { checkVerdict, notAllowed, type CheckResult } from "./check.js";
import type { Paint } from "./paint.js";

/**
 * Findings as commands of a GitHub workflow, which shows each one at its line: `::error file=...,line=...::...`. See
 * "Workflow commands for GitHub Actions". The verdict is the last line.
 * @param directory the working directory: GitHub wants paths from the repository's top, where workflows run
 */
export function checkAnnotations(result: CheckResult, directory: string, paint: Paint): string {
  const lines = notAllowed(result).map((problem) => annotation(problem, directory));
  return [...lines, checkVerdict(result, paint)].join("\n");
}

const COMMANDS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

/** One problem as a workflow command. */
export function annotation(problem: Problem, directory: string): string {
  const { code, severity, summary, detail, hint } = problem;
  const properties = [...place(problem, directory), ["title", code] as const];
  const text = [summary, detail, hint === undefined ? undefined : `What to do: ${hint}`];
  const message = text.filter((line) => line !== undefined).join("\n");
  const written = properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(",");
  return `::${COMMANDS[severity]} ${written}::${escapeMessage(message)}`;
}

/** Columns only go with a place on one line. */
function place({ span }: Problem, directory: string): (readonly [string, string | number])[] {
  if (span === undefined) return [];
  const { file, start, end } = span;
  const begin = [
    ["file", fromTop(directory, file)],
    ["line", start.line],
  ] as const;
  if (start.line !== end.line) return [...begin, ["endLine", end.line]];
  return [...begin, ["col", start.column], ["endColumn", end.column]];
}

/** A file that lies elsewhere keeps its path. */
function fromTop(directory: string, file: string): string {
  const path = relative(directory, file);
  return path.startsWith("..") ? file : path;
}

const escapeMessage = (text: string): string =>
  text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");

const escapeProperty = (text: string): string => escapeMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
