import { ProblemError, type Problem } from "../../terms/problem.js";
import type { LoadedApplication, LoadedRelease } from "../closure/loaded.js";
import { readRel } from "../read.js";
import type { FileReader } from "../reader.js";
import type { Manifest, Rel } from "../records.js";
import { join } from "./directories.js";
import type { LibraryPath } from "./library-path.js";

/**
 * Reads a `.rel` and finds the `.app` of each of its applications. Follows `systools_make:read_release/2` and
 * `collect_applications/2`: a relative name is looked for in the working directory, then along the path; `.rel` may be
 * left out.
 *
 * @throws ProblemError with the problems of the `.rel`, else of all its applications
 */
export async function loadRelease(reader: FileReader, rel: string, libraries: LibraryPath): Promise<LoadedRelease> {
  const manifest = await readRelease(reader, rel, libraries);
  const results = await Promise.all(
    manifest.record.applications.map(async (entry) => ({ entry, result: await libraries.find(entry.name, entry.vsn) })),
  );
  const problems: Problem[] = [];
  const applications = results.flatMap(({ entry, result }, index): LoadedApplication[] => {
    if ("manifest" in result) return [{ entry, app: result.manifest.record, ...result }];
    const span = manifest.locate(["applications", index]);
    for (const problem of result) problems.push(problem.span === undefined ? { ...problem, span } : problem);
    return [];
  });
  if (problems.length > 0) throw new ProblemError(problems as [Problem, ...Problem[]]);
  return { rel: manifest.record, manifest, applications };
}

async function readRelease(reader: FileReader, rel: string, libraries: LibraryPath): Promise<Manifest<Rel>> {
  const names = /\.rel(\.ya?ml)?$/.test(rel) ? [rel] : [`${rel}.rel`, `${rel}.rel.yaml`, `${rel}.rel.yml`];
  const directories = rel.startsWith("/") ? [] : libraries.directories;
  for (const name of names) {
    for (const file of [name, ...directories.map((directory) => join(directory, name))]) {
      const bytes = await reader.read(file);
      if (bytes !== undefined) return readRel(bytes, file);
    }
  }
  throw new ProblemError([
    {
      code: "release-not-found",
      severity: "error",
      summary: `there is no release file ${names[0]!}`,
      hint: "Name the .rel file with its directory.",
    },
  ]);
}
