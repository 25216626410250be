import { readAppupOutline, type AppupOutline } from "../../release/outline.js";
import { readApp } from "../../release/read.js";
import type { FileReader } from "../../release/reader.js";
import type { App, Manifest } from "../../release/records.js";
import { ProblemError } from "../../terms/problem.js";

/** An application's directory, as far as an upgrade needs it. */
export interface ApplicationDirectory {
  readonly directory: string;
  readonly app: Manifest<App>;
  readonly appup: AppupOutline | undefined;
}

/**
 * Reads the `.app` and the `.appup` of `DIR/ebin`, in either form.
 * @throws ProblemError when there is no application, or a file is invalid
 */
export async function readApplicationDirectory(files: FileReader, directory: string): Promise<ApplicationDirectory> {
  const ebin = `${directory}/ebin`;
  const names = (await files.list(ebin)) ?? [];
  const appFile = names.find((name) => /\.app(\.ya?ml)?$/.test(name));
  if (appFile === undefined) {
    throw new ProblemError([
      {
        code: "application-not-found",
        severity: "error",
        summary: `there is no application in ${directory}`,
        detail: `No .app file was found in ${ebin}.`,
        hint: "Name the directory of the application's new version, with its compiled code in ebin.",
      },
    ]);
  }
  const name = appFile.replace(/\.app(\.ya?ml)?$/, "");
  const appupFile = names.find((file) => new RegExp(`^${escaped(name)}\\.appup(\\.ya?ml)?$`).test(file));
  const read = async (file: string): Promise<Uint8Array> => (await files.read(`${ebin}/${file}`)) ?? new Uint8Array();
  const app = readApp(await read(appFile), `${ebin}/${appFile}`);
  const appup = appupFile === undefined ? undefined : readAppupOutline(await read(appupFile), `${ebin}/${appupFile}`);
  return { directory, app, appup };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
