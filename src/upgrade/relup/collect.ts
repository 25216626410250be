import { ProblemError, throwProblems, type Problem } from "../../terms/problem.js";

/** Runs `what` and adds the problems that it throws to `problems`; other errors pass. */
export function collect<Result>(problems: Problem[], what: () => Result): Result | undefined {
  try {
    return what();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** Throws the problems, if there are any, each one once: several bases can share an appup's entry. */
export function throwAll(problems: readonly Problem[]): void {
  throwProblems(once(problems));
}

/** The problems without those that say the same of the same place again. */
export function once(problems: readonly Problem[]): Problem[] {
  const found = new Map<string, Problem>();
  for (const problem of problems) {
    const { span } = problem;
    const key = JSON.stringify([problem.code, problem.summary, span?.file, span?.start.offset]);
    if (!found.has(key)) found.set(key, problem);
  }
  return [...found.values()];
}
