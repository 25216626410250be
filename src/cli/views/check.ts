import type { Problem } from "../../terms/problem.js";
import { count, type Paint } from "./paint.js";
import { problemJson, problemText } from "./problem.js";

export function checkJson(files: readonly string[], problems: readonly Problem[]): object {
  return { files, findings: problems.map(problemJson) };
}

export function checkText(files: readonly string[], problems: readonly Problem[], paint: Paint): string {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  const verdict =
    problems.length === 0
      ? `${paint.good("ok")}: ${count(files.length, "file")}, nothing found`
      : `${count(files.length, "file")}: ${count(errors, "error")}, ${count(warnings, "warning")}`;
  return [...problems.map((problem) => problemText(problem, paint)), verdict].join("\n\n");
}
