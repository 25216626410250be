import { ProblemError } from "../../terms/problem.js";
import { fileKind } from "../file-kind.js";
import { listReleases, readRelease } from "../root.js";
import type { CheckContext, CheckedApplication, CheckedRelease } from "../rules/context.js";
import { checkSysConfig } from "./check-sys-config.js";
import { loadApplications } from "./load-applications.js";
import { loadRelease } from "./load-release.js";
import { directoryOf, namesIn, pathIn } from "./paths.js";
import type { Reading } from "./reading.js";

/** Applications that a node brings along, so a root may lack them. */
const SUPPLIED = new Set(["kernel", "stdlib", "sasl"]);

const nothing: CheckContext = { applications: [], releases: [] };

/**
 * Loads what `path` names: a manifest or `sys.config`, an application (the directory with `ebin`, or that one itself), a
 * directory of applications, a release, or a release root.
 * @throws ProblemError `nothing-to-check` where it is none of them
 */
export async function load(reading: Reading, path: string): Promise<CheckContext> {
  const names = await reading.reader.list(path);
  if (names === undefined) return await loadFile(reading, path);
  if (names.includes("releases")) return await loadRoot(reading, path);
  if (names.includes("ebin")) return await loadDirectory(reading, pathIn({ directory: path }, "ebin"));
  const here = await loadDirectory(reading, path);
  if (here.applications.length > 0 || here.releases.length > 0) return here;
  const applications = await loadLibrary(reading, path);
  if (applications.length > 0) return { applications, releases: [] };
  throw nothingToCheck(path, "The directory holds no manifest, no ebin, no applications and no releases.");
}

async function loadDirectory(reading: Reading, directory: string): Promise<CheckContext> {
  const [applications, release] = await Promise.all([
    loadApplications(reading, directory),
    loadRelease(reading, directory),
  ]);
  return { applications, releases: release === undefined ? [] : [release] };
}

/** A file by itself. What lies beside it is looked at too, where the file says something of it. */
async function loadFile(reading: Reading, file: string): Promise<CheckContext> {
  if (/(^|\/)sys\.config$/.test(file)) {
    await readable(reading, file);
    await checkSysConfig(reading, file);
    return nothing;
  }
  const kind = fileKind(file)?.kind;
  await readable(reading, file);
  if (kind === undefined) {
    throw nothingToCheck(file, "Its name says neither .rel, .app, .appup nor relup (or one of these with .yaml).");
  }
  await reading.manifest(kind, file);
  return await loadDirectory(reading.aside(), directoryOf(file));
}

async function readable(reading: Reading, file: string): Promise<void> {
  if ((await reading.reader.read(file)) === undefined) {
    throw nothingToCheck(file, "There is no such file or directory.");
  }
}

/** Every application of a directory such as `lib`. */
async function loadLibrary(reading: Reading, directory: string): Promise<CheckedApplication[]> {
  const listing = await namesIn(reading, directory);
  const found = await Promise.all(
    listing.names.map((name) => loadApplications(reading, pathIn(listing, `${name}/ebin`))),
  );
  return found.flat();
}

/** Every release of a root, and every application in its `lib`. */
async function loadRoot(reading: Reading, root: string): Promise<CheckContext> {
  const at = (name: string): string => pathIn({ directory: root }, name);
  const listed = await reading.collect(() => listReleases(reading.reader, root));
  const vsns = (listed?.releases ?? []).map(({ vsn }) => vsn);
  const [applications, releases] = await Promise.all([
    loadLibrary(reading, at("lib")),
    Promise.all(vsns.map((vsn) => loadRelease(reading, at(`releases/${vsn}`)))),
  ]);
  await Promise.all(vsns.map((vsn) => checkWhole(reading, root, vsn)));
  return { applications, releases: releases.filter((release): release is CheckedRelease => release !== undefined) };
}

/** What only shows in the whole: an application that is missing, a version that is not the directory's. */
async function checkWhole(reading: Reading, root: string, vsn: string): Promise<void> {
  await reading.collect(async () => {
    try {
      await readRelease(reading.reader, root, vsn, { supplied: SUPPLIED });
    } catch (error) {
      // Nothing but relupctl asks that a directory holds one .rel only.
      if (!(error instanceof ProblemError) || error.problems[0]!.code !== "ambiguous-release") throw error;
      throw new ProblemError([{ ...error.problems[0]!, severity: "warning" }]);
    }
  });
}

function nothingToCheck(path: string, detail: string): ProblemError {
  return new ProblemError([
    {
      code: "nothing-to-check",
      severity: "error",
      summary: `${path} is nothing that can be checked`,
      detail,
      hint: "Name a .rel, .app, .appup, relup or sys.config file, an application's directory, or a release root.",
    },
  ]);
}
