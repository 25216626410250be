import { ProblemError } from "../../terms/problem.js";
import { UnsupportedRegex } from "../regex/translate.js";
import { compileWholeMatch } from "../regex/whole-match.js";
import type { FileReader } from "../reader.js";
import type { Listing } from "../root/find-manifest.js";

/** A directory on the path, and what lies in it. */
export type Directory = Listing;

/**
 * The directories that a search path stands for, in its order, each one once; what is no directory is left out. A `*` in a
 * part of a pattern stands for any characters but `/`, at least one where it is the whole part. What stands beside a `*`
 * is a regular expression, as systools has it: `a-1.*` also means `a-10`. The names that a `*` finds are taken in
 * alphabetical order (systools takes them as the file system gives them). Follows `systools_lib:get_path/1`.
 *
 * @throws ProblemError for a part with a `*` that is a regular expression which isn't supported
 */
export async function searchDirectories(
  reader: Pick<FileReader, "list">,
  patterns: readonly string[],
): Promise<readonly Directory[]> {
  const expanded = await Promise.all(patterns.map((pattern) => expand(reader, pattern)));
  const paths = [...new Set(expanded.flat())];
  const directories = await Promise.all(
    paths.map(async (directory) => ({ directory, names: await listed(reader, directory) })),
  );
  return directories.flatMap(({ directory, names }) => (names === undefined ? [] : [{ directory, names }]));
}

/** The paths of one pattern. Whether the last part of a path is a directory isn't known yet. */
async function expand(reader: Pick<FileReader, "list">, pattern: string): Promise<readonly string[]> {
  let found: readonly string[] | undefined;
  for (const part of split(pattern)) {
    if (!part.includes("*")) {
      found = found === undefined ? [part] : found.map((directory) => join(directory, part));
      continue;
    }
    const matches = compilePart(part, pattern);
    const parents = await Promise.all(
      (found ?? ["."]).map(async (directory) => ({ directory, names: (await listed(reader, directory)) ?? [] })),
    );
    const isFirst = found === undefined;
    found = parents.flatMap(({ directory, names }) =>
      [...names]
        .filter(matches)
        .sort()
        .map((name) => (isFirst ? name : join(directory, name))),
    );
  }
  return found ?? [];
}

/** What may not be listed is passed over, as if it weren't there. */
async function listed(reader: Pick<FileReader, "list">, directory: string): Promise<readonly string[] | undefined> {
  try {
    return await reader.list(directory);
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

function compilePart(part: string, pattern: string): (name: string) => boolean {
  try {
    return compileWholeMatch(part === "*" ? "[^/]+" : part.replaceAll("*", "[^/]*"));
  } catch (error) {
    if (!(error instanceof UnsupportedRegex)) throw error;
    throw new ProblemError([
      {
        code: "unsupported-path-pattern",
        severity: "error",
        summary: `${part} of the path ${pattern} isn't supported beside its *: ${error.message}`,
        detail: "OTP takes a part of a path that holds a * for a regular expression.",
        hint: "Write a backslash before characters that stand for themselves, or write the directories out.",
      },
    ]);
  }
}

/** The parts of a path, as `filename:split/1` gives them. */
function split(path: string): readonly string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return path.startsWith("/") ? ["/", ...parts] : parts;
}

/** One path after another, as `filename:join/2` puts them: a `.` in the middle is dropped. */
export function join(directory: string, name: string): string {
  const base = directory.replace(/(?:\/\.)+$/, "");
  return base.endsWith("/") ? base + name : `${base}/${name}`;
}
