import type { Problem } from "../../terms/problem.js";
import type { FileReader } from "../reader.js";
import { rules as allRules, type CheckContext, type Rule } from "../rules/index.js";
import { filesOnce } from "./files-once.js";
import { load } from "./load.js";
import { withObjectCode } from "./load-object-code.js";
import { Reading } from "./reading.js";

/** What was looked at, and everything found, in the order of the files. */
export interface Checked {
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Checks a manifest, an application's directory, a directory of applications, or a release root: whichever `path` is.
 * Every file is read once; then the rules look at all of it.
 * @throws ProblemError `nothing-to-check` where it is none of them
 */
export async function check(reader: FileReader, path: string, rules: readonly Rule[] = allRules): Promise<Checked> {
  const reading = new Reading(filesOnce(reader));
  const loaded = await load(reading, path);
  const context: CheckContext = {
    ...loaded,
    applications: await withObjectCode(reading.reader, loaded.applications),
  };
  const found = rules.flatMap((rule) => rule.check(context));
  const problems = [...reading.problems, ...found.filter(({ span }) => reading.files.has(span?.file ?? ""))];
  return { files: [...reading.files].sort(), problems: inOrder(once(problems)) };
}

/** A problem that two of them found is there once. */
function once(problems: readonly Problem[]): Problem[] {
  const found = new Map<string, Problem>();
  for (const problem of problems) {
    const { code, summary, span } = problem;
    const key = JSON.stringify([code, summary, span?.file, span?.start.offset]);
    if (!found.has(key)) found.set(key, problem);
  }
  return [...found.values()];
}

/** By file and place; what has no place first. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const file = ({ span }: Problem): string => span?.file ?? "";
  const offset = ({ span }: Problem): number => span?.start.offset ?? 0;
  return problems.toSorted((a, b) => (file(a) < file(b) ? -1 : file(a) > file(b) ? 1 : offset(a) - offset(b)));
}
