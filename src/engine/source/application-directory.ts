import { readAppupOutline, type AppupOutline } from "../../release/outline.js";
import { readApp } from "../../release/read.js";
import type { FileReader } from "../../release/reader.js";
import type { App, Manifest } from "../../release/records.js";
import { findForm, listing, readListed } from "../../release/root/find-manifest.js";
import { ProblemError } from "../../terms/problem.js";

/** An application's directory, as far as an upgrade needs it. */
export interface ApplicationDirectory {
  readonly directory: string;
  readonly app: Manifest<App>;
  readonly appup: AppupOutline | undefined;
}

/**
 * Reads the `.app` and the `.appup` of `DIR/ebin`, in either form.
 * @throws ProblemError when there is no application or more than one, a manifest is there in two forms, or one is invalid
 */
export async function readApplicationDirectory(files: FileReader, directory: string): Promise<ApplicationDirectory> {
  const ebin = (await listing(files, `${directory}/ebin`)) ?? { directory: `${directory}/ebin`, names: [] };
  const [name, ...others] = new Set(ebin.names.flatMap((file) => /^(.*)\.app(?:\.ya?ml)?$/.exec(file)?.[1] ?? []));
  if (name === undefined) throw applicationNotFound(directory);
  if (others.length > 0) throw moreApplications(ebin.directory, [name, ...others]);
  const read = async <Result>(
    manifest: string,
    reader: (bytes: Uint8Array, file: string) => Result,
  ): Promise<Result | undefined> => {
    const found = findForm(ebin, manifest);
    if (found === undefined) return undefined;
    const file = `${ebin.directory}/${found}`;
    return reader(await readListed(files, file), file);
  };
  const app = await read(`${name}.app`, readApp);
  return { directory, app: app!, appup: await read(`${name}.appup`, readAppupOutline) };
}

function applicationNotFound(directory: string): ProblemError {
  return new ProblemError([
    {
      code: "application-not-found",
      severity: "error",
      summary: `there is no application in ${directory}`,
      detail: `No .app file was found in ${directory}/ebin.`,
      hint: "Name the directory of the application's new version, with its compiled code in ebin.",
    },
  ]);
}

function moreApplications(ebin: string, names: readonly string[]): ProblemError {
  return new ProblemError([
    {
      code: "ambiguous-application",
      severity: "error",
      summary: `${ebin} holds more than one application: ${names.join(", ")}`,
      hint: "Keep the .app of the application that lies there.",
    },
  ]);
}
