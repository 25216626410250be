import { ProblemError, type Problem } from "../../terms/problem.js";
import { fileKind } from "../file-kind.js";
import { readManifest } from "../read.js";
import type { FileReader } from "../reader.js";
import { listReleases, readRelease } from "../root.js";
import { readSysConfig } from "../sys-config.js";

/** What was looked at, and everything found. */
export interface Checked {
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * Checks a manifest, an application's directory or a release root: whichever `path` is.
 * @throws ProblemError `nothing-to-check` where it is none of them
 */
export async function check(reader: FileReader, path: string): Promise<Checked> {
  const names = await reader.list(path).catch(() => undefined);
  if (names === undefined) return await checkFile(reader, path);
  if (names.includes("releases")) return await checkRoot(reader, path);
  if (names.includes("ebin")) return await checkDirectory(reader, `${path}/ebin`);
  if (names.some((name) => fileKind(name) !== undefined)) return await checkDirectory(reader, path);
  throw nothingToCheck(path, "The directory holds no manifest, no ebin and no releases.");
}

async function checkFile(reader: FileReader, file: string): Promise<Checked> {
  const bytes = await reader.read(file);
  if (bytes === undefined) throw nothingToCheck(file, "There is no such file or directory.");
  if (file.endsWith("sys.config")) return { files: [file], problems: await collect(readSysConfig(reader, file)) };
  const kind = fileKind(file);
  if (kind === undefined) {
    throw nothingToCheck(file, "Its name says neither .rel, .app, .appup nor relup (or one of these with .yaml).");
  }
  return { files: [file], problems: await collect(Promise.resolve().then(() => readManifest(kind.kind, bytes, file))) };
}

async function checkDirectory(reader: FileReader, directory: string): Promise<Checked> {
  const names = ((await reader.list(directory)) ?? []).filter((name) => fileKind(name) !== undefined).sort();
  return join(await Promise.all(names.map((name) => checkFile(reader, `${directory}/${name}`))));
}

/** Every release of a root with its applications, and every other manifest in its `lib`. */
async function checkRoot(reader: FileReader, root: string): Promise<Checked> {
  const { releases } = await listReleases(reader, root);
  const lib = ((await reader.list(`${root}/lib`)) ?? []).sort();
  const parts = await Promise.all([
    ...releases.map(({ vsn }) => checkDirectory(reader, `${root}/releases/${vsn}`)),
    ...lib.map((name) => checkDirectory(reader, `${root}/lib/${name}/ebin`)),
  ]);
  // What only shows in the whole: an application that is missing, a version that is not the directory's.
  const supplied = new Set(["kernel", "stdlib", "sasl"]);
  const wholes = await Promise.all(
    releases.map(async ({ vsn }) => ({
      files: [],
      problems: await collect(readRelease(reader, root, vsn, { supplied })),
    })),
  );
  return join([...parts, ...wholes]);
}

/** The problems that reading gives, its warnings included. */
async function collect(reading: Promise<unknown>): Promise<readonly Problem[]> {
  try {
    const read = await reading;
    return (read as { readonly warnings?: readonly Problem[] }).warnings ?? [];
  } catch (error) {
    if (error instanceof ProblemError) return error.problems;
    throw error;
  }
}

/** One result of several; a problem that two of them found is there once. */
function join(parts: readonly Checked[]): Checked {
  const problems = new Map<string, Problem>();
  for (const problem of parts.flatMap((part) => part.problems)) {
    const { code, summary, span } = problem;
    problems.set(JSON.stringify([code, summary, span?.file, span?.start.offset]), problem);
  }
  return { files: parts.flatMap((part) => part.files), problems: [...problems.values()] };
}

function nothingToCheck(path: string, detail: string): ProblemError {
  return new ProblemError([
    {
      code: "nothing-to-check",
      severity: "error",
      summary: `${path} is nothing that can be checked`,
      detail,
      hint: "Name a .rel, .app, .appup or relup file, an application's directory, or a release root.",
    },
  ]);
}
