import { renderProblem } from "../../src/terms/caret.js";
import { ProblemError } from "../../src/terms/problem.js";

/** The messages of what a file is refused for, as people see them. */
export function messages(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problems.map((problem) => renderProblem(problem, { width: 100 })).join("\n\n");
  }
  throw new Error("it was accepted");
}

/** The codes of what a file is refused for; none where it is accepted. */
export function codes(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return error.problems.map(({ code }) => code);
  }
}
