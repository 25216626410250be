import { ProblemError, throwProblems, type Problem, type Span } from "../../terms/problem.js";
import { readAppupOutline, type AppupOutline } from "../outline.js";
import { readApp } from "../read.js";
import type { FileReader } from "../reader.js";
import type { App, Manifest, RelApplication } from "../records.js";
import { findForm, join, listing, readListed, type Listing } from "./find-manifest.js";
import type { ReleaseApplication } from "./contents.js";

/** Where an application may lie, and who asks for it. */
export interface Place {
  readonly root: string;
  /** What lies in `<root>/lib`. */
  readonly lib: Listing | undefined;
  /** The directory that RELEASES names, absolute or from the root on. */
  readonly registered: string | undefined;
  /** Where the `.rel` names the application. */
  readonly span: Span;
}

/**
 * Reads the `.app` and `.appup` of an application of a release. Undefined where it is missing and `optional`. Throws a
 * ProblemError: `application-not-found`, `application-mismatch`, or what is wrong in the files.
 */
export async function findApplication(
  reader: FileReader,
  { name, vsn }: RelApplication,
  place: Place,
  optional: boolean,
): Promise<ReleaseApplication | undefined> {
  const dir = directoryOf(name, vsn, place);
  const ebin = dir === undefined ? undefined : await listing(reader, join(dir, "ebin"));
  const appName = ebin === undefined ? undefined : findForm(ebin, `${name}.app`);
  if (dir === undefined || ebin === undefined || appName === undefined) {
    if (optional && ebin === undefined) return undefined;
    throw notFound(name, vsn, place, ebin);
  }
  const file = join(ebin.directory, appName);
  const [app, appup] = await Promise.all([
    readListed(reader, file).then((bytes) => readApp(bytes, file)),
    readAppup(reader, ebin, name),
  ]);
  checkIdentity(app, name, vsn);
  return { dir, app, ...(appup === undefined ? {} : { appup }) };
}

function directoryOf(name: string, vsn: string, { root, lib, registered }: Place): string | undefined {
  if (registered !== undefined) return registered.startsWith("/") ? registered : join(root, registered);
  const own = `${name}-${vsn}`;
  return lib?.names.includes(own) === true ? join(lib.directory, own) : undefined;
}

async function readAppup(reader: FileReader, ebin: Listing, name: string): Promise<AppupOutline | undefined> {
  const found = findForm(ebin, `${name}.appup`);
  if (found === undefined) return undefined;
  const file = join(ebin.directory, found);
  return readAppupOutline(await readListed(reader, file), file);
}

/** systools_make:read_application/4 and collect_applications/2 refuse an `.app` that says otherwise than the `.rel`. */
function checkIdentity(app: Manifest<App>, name: string, vsn: string): void {
  const { record } = app;
  const problems: Problem[] = [];
  const add = (what: string, found: string, expected: string, span: Span): void => {
    const summary = `the application's ${what} is ${found}, but the release asks for ${expected}`;
    problems.push({ code: "application-mismatch", severity: "error", summary, span });
  };
  if (record.name !== name) add("name", record.name, name, app.locate(["name"]));
  if (record.vsn !== vsn) add("version", record.vsn, vsn, app.locate(["vsn"]));
  throwProblems(problems);
}

function notFound(name: string, vsn: string, place: Place, ebin: Listing | undefined): ProblemError {
  const { span } = place;
  if (ebin !== undefined) {
    const summary = `${ebin.directory} holds neither ${name}.app nor ${name}.app.yaml`;
    return new ProblemError([{ code: "application-not-found", severity: "error", summary, span }]);
  }
  const summary = `there is no application ${name}-${vsn} in ${join(place.root, "lib")}`;
  return new ProblemError([
    { code: "application-not-found", severity: "error", summary, hint: present(name, place), span },
  ]);
}

/** What is there instead. */
function present(name: string, { root, lib }: Place): string {
  if (lib === undefined || lib.names.length === 0) return `${join(root, "lib")} is empty or missing.`;
  const versions = lib.names.filter((each) => each.startsWith(`${name}-`));
  return `It has ${(versions.length > 0 ? versions : lib.names).join(", ")}.`;
}
