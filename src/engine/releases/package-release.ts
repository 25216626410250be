import type { PackagedCode } from "../../release/packaged-code.js";
import { readApp, readRel } from "../../release/read.js";
import type { Rel } from "../../release/records.js";
import { ProblemError, throwProblems, type Problem } from "../../terms/problem.js";
import type { Package, PackageFile } from "./package.js";
import type { PackageForm } from "./package-form.js";
import { refused } from "./problems.js";

/** The release in a package, and its object code. */
export interface PackagedRelease {
  readonly rel: Rel;
  /** The `.rel` as it is. */
  readonly relBytes: Uint8Array;
  readonly code: readonly PackagedModule[];
}

/** A module of an application in a package. */
export interface PackagedModule extends PackagedCode {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Names that may go into paths, and into a call of release_handler, as they are. */
const PLAIN_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/;

/**
 * Finds the release that a package holds and checks that it is whole: its boot script, the applications that it has
 * in the package with all their modules, and each object code.
 * @param isOnNode whether the node has the directory of an application, such as `lib/stdlib-4.2`
 * @param form what packages for the node consist of
 * @throws ProblemError with all that is wrong
 */
export function releaseOf(
  found: Package,
  isOnNode: (directory: string) => boolean,
  form: PackageForm,
): PackagedRelease {
  const { rel, relBytes } = findRel(found);
  const problems: Problem[] = [];
  if (form.hasBootScripts && !found.files.has(`releases/${rel.vsn}/start.boot`)) {
    problems.push(missing("boot-script-missing", `releases/${rel.vsn}/start.boot`, "A start needs the boot script."));
  }
  for (const { name, vsn } of rel.applications) {
    const directory = `lib/${name}-${vsn}`;
    if (isPackaged(found, directory)) problems.push(...applicationProblems(found, name, vsn, directory, form));
    else if (!isOnNode(directory) && !form.supplied.has(name)) {
      const detail = "The release needs it, and the node doesn't have it either.";
      problems.push(missing("application-not-found", directory, detail));
    }
  }
  const code = [...found.files.values()].filter(
    ({ path }) => /^lib\/[^/]+\/ebin\/[^/]+$/.test(path) && path.endsWith(form.extension),
  );
  const modules = code.flatMap((file) => readModule(file, form, problems));
  throwProblems(problems);
  return { rel, relBytes, code: modules };
}

function findRel(found: Package): { readonly rel: Rel; readonly relBytes: Uint8Array } {
  const inVersion = [...found.files.values()].filter(({ path }) => /^releases\/[^/]+\/[^/]+\.rel(\.ya?ml)?$/.test(path));
  const candidates = inVersion.length > 0 ? inVersion : topRels(found);
  const [first, second] = candidates;
  if (first?.content === undefined) {
    throw refused(
      "not-a-package",
      "the package holds no release: there is no releases/<version>/<name>.rel in it",
      undefined,
      "Make one with rebar3 tar, with the step :tar of mix release, or with systools:make_tar/2.",
    );
  }
  if (second !== undefined) {
    const names = candidates.map(({ path }) => path).join(", ");
    throw refused("ambiguous-release", `the package holds more than one release: ${names}`);
  }
  const rel = readRel(first.content, first.path).record;
  const [, directory] = /^releases\/([^/]+)\/[^/]+$/.exec(first.path) ?? [];
  if (directory !== undefined && directory !== rel.vsn) {
    const summary = `the release in the package says that its version is ${rel.vsn}, but it lies in releases/${directory}`;
    throw refused("release-version-mismatch", summary);
  }
  for (const name of [rel.name, rel.vsn]) {
    if (!PLAIN_NAME.test(name)) {
      throw refused("release-name-refused", `the release has a name or a version that no path can be made of: ${name}`);
    }
  }
  return { rel, relBytes: first.content };
}

const topRels = (found: Package): PackageFile[] =>
  [...found.files.values()].filter(({ path }) => /^releases\/[^/]+\.rel$/.test(path));

const isPackaged = (found: Package, directory: string): boolean =>
  [...found.files.keys()].some((path) => path.startsWith(`${directory}/`));

function applicationProblems(
  found: Package,
  name: string,
  vsn: string,
  directory: string,
  { extension, manifestEndings }: PackageForm,
): Problem[] {
  const paths = manifestEndings.map((ending) => `${directory}/ebin/${name}.app${ending}`);
  const path = paths.find((each) => found.files.has(each)) ?? paths[0]!;
  const file = found.files.get(path);
  if (file?.content === undefined) return [missing("application-not-found", path, "The application has no .app.")];
  try {
    const { record } = readApp(file.content, path);
    const problems = record.modules
      .filter((module) => !found.files.has(`${directory}/ebin/${module}${extension}`))
      .map((module) => missing("module-missing", `${directory}/ebin/${module}${extension}`, `${path} lists the module.`));
    if (record.name === name && record.vsn === vsn) return problems;
    const summary = `${path} is of ${record.name} ${record.vsn}, and the release asks for ${name} ${vsn}`;
    return [...problems, { code: "application-mismatch", severity: "error", summary, hint: BUILD_AGAIN }];
  } catch (error) {
    if (error instanceof ProblemError) return [...error.problems];
    throw error;
  }
}

const BUILD_AGAIN = "Build the package again.";

const missing = (code: string, path: string, detail: string): Problem => ({
  code,
  severity: "error",
  summary: `the package has no ${path}`,
  detail,
  hint: BUILD_AGAIN,
});

function readModule(
  { path, content }: PackageFile,
  { extension, readCode }: PackageForm,
  problems: Problem[],
): PackagedModule[] {
  const name = path.slice(path.lastIndexOf("/") + 1, -extension.length);
  const damaged = (detail: string): PackagedModule[] => {
    const summary = `${path} is no object code of ${name}`;
    problems.push({ code: "object-code-damaged", severity: "error", summary, detail, hint: BUILD_AGAIN });
    return [];
  };
  try {
    const code = readCode(content!, path);
    if (code.module !== name) return damaged(`It holds the module ${code.module}.`);
    return [{ ...code, path, bytes: content! }];
  } catch (error) {
    return damaged((error as Error).message);
  }
}
