import type { LoadedApplication, LoadedRelease } from "../release/closure/loaded.js";
import { readAppupOutline, type AppupOutline } from "../release/outline.js";
import { LibraryPath } from "../release/path/library-path.js";
import { loadRelease } from "../release/path/load-release.js";
import type { FileReader } from "../release/reader.js";
import { ProblemError, type Problem } from "../terms/problem.js";
import type { Term } from "../terms/term.js";
import { once } from "./relup/collect.js";
import { applicationsWithAppup, type BaseRelease, type RelupInput } from "./relup/input.js";

/** A `.rel` file of a release to come from or go back to. */
export interface BaseFile {
  readonly rel: string;
  readonly description?: Term;
}

export interface RelupFiles {
  /** The `.rel` file of the release that the relup is for. */
  readonly to: string;
  readonly upFrom: readonly BaseFile[];
  readonly downTo: readonly BaseFile[];
  /** Directories that hold `.app` files; they may contain `*`. */
  readonly path: readonly string[];
  readonly restartEmulator?: boolean;
}

/**
 * Reads what a relup is made of: the releases, the `.app` files of their applications, and the appups that will be needed.
 *
 * @throws ProblemError with the problems of all releases, else of all appups
 */
export async function loadRelupInput(reader: FileReader, files: RelupFiles): Promise<RelupInput> {
  const libraries = await LibraryPath.open(reader, files.path);
  const names = new Set([files.to, ...[...files.upFrom, ...files.downTo].map(({ rel }) => rel)]);
  const loaded = new Map(
    await allOf([...names], async (name) => [name, await loadRelease(reader, name, libraries)] as const),
  );
  const release = (name: string): LoadedRelease => loaded.get(name)!;
  const base = ({ rel, ...description }: BaseFile): BaseRelease => ({ release: release(rel), ...description });
  const top = release(files.to);
  const upFrom = files.upFrom.map(base);
  const downTo = files.downTo.map(base);
  const changed = applicationsWithAppup(
    top,
    [...upFrom, ...downTo].map((each) => each.release),
  );
  const appups = await allOf(changed, async (application): Promise<readonly [LoadedApplication, AppupOutline][]> => {
    const outline = await libraries.beside(application, ".appup", readAppupOutline);
    return outline === undefined ? [] : [[application, outline]];
  });
  return {
    top,
    upFrom,
    downTo,
    appups: new Map(appups.flat()),
    ...(files.restartEmulator === undefined ? {} : { restartEmulator: files.restartEmulator }),
  };
}

/** Does something for all items at once. When some fail, all of their problems are thrown together. */
async function allOf<Item, Result>(
  items: readonly Item[],
  what: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const settled = await Promise.allSettled(items.map(what));
  const problems: Problem[] = [];
  const results = settled.flatMap((result) => {
    if (result.status === "fulfilled") return [result.value];
    if (!(result.reason instanceof ProblemError)) throw result.reason;
    problems.push(...result.reason.problems);
    return [];
  });
  if (problems.length > 0) throw new ProblemError(once(problems) as [Problem, ...Problem[]]);
  return results;
}
