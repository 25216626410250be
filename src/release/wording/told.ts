import type { Problem } from "../../terms/problem.js";

/** So many problems of one file are told; of the others, that there are more. */
export const maxTold = 200;

/** The problem that stands for `count` others. */
export function moreProblems(count: number): Problem {
  const summary = `there ${count === 1 ? "is one more problem" : `are ${count} more problems`}`;
  return { code: "more-problems", severity: "error", summary };
}

/** The problems of the faults that are told. */
export function tell<Fault>(faults: readonly Fault[], problem: (fault: Fault) => Problem): readonly Problem[] {
  const told = faults.slice(0, maxTold).map(problem);
  return faults.length > maxTold ? [...told, moreProblems(faults.length - maxTold)] : told;
}
