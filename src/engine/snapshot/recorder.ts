import { encodeApp } from "../../release/encode.js";
import { fileForm } from "../../release/file-kind.js";
import { readApp } from "../../release/read.js";
import type { FileReader } from "../../release/reader.js";
import type { App } from "../../release/records.js";
import { layOut } from "../../release/yaml/layout.js";
import { recordPart } from "../../release/yaml/write.js";
import { ProblemError } from "../../terms/problem.js";
import { prettyTerm } from "../../terms/print.js";
import { nil } from "../../terms/term.js";

/**
 * Reads files as another reader does, and keeps the manifests among them: what is read to read the running release is
 * what must be in a snapshot for reading it without the node.
 */
export class Recorder implements FileReader {
  readonly files = new Map<string, string>();
  readonly #reader: FileReader;
  readonly #withEnv: boolean;

  /** @param withEnv whether the environment in an `.app` is kept */
  constructor(reader: FileReader, withEnv: boolean) {
    this.#reader = reader;
    this.#withEnv = withEnv;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const bytes = await this.#reader.read(path);
    if (bytes !== undefined && MANIFEST.test(path)) this.files.set(path, this.#textOf(path, bytes));
    return bytes;
  }

  list(directory: string): Promise<string[] | undefined> {
    return this.#reader.list(directory);
  }

  #textOf(path: string, bytes: Uint8Array): string {
    const isApp = /\.app(\.ya?ml)?$/.test(path);
    if (!isApp || this.#withEnv) return new TextDecoder().decode(bytes);
    try {
      return appText(withoutValues(readApp(bytes, path).record), path);
    } catch (error) {
      // What can't be read can't be rid of its values either: it is as good as not there.
      if (error instanceof ProblemError) return "";
      throw error;
    }
  }
}

/** `.rel`, `.app`, `.appup` and `relup` in both forms, and RELEASES. No `sys.config`: that is where secrets are. */
const MANIFEST = /(\.rel|\.app|\.appup|\/relup)(\.ya?ml)?$|\/RELEASES$/;

/** An `.app` without what it is configured and started with: a plan doesn't need it, and it may be secret. */
function withoutValues(app: App): App {
  const { name, vsn, description, modules, registered, applications, mod } = app;
  const { includedApplications, optionalApplications } = app;
  return {
    ...{ name, vsn, description, modules, registered, applications },
    ...(includedApplications !== undefined && { includedApplications }),
    ...(optionalApplications !== undefined && { optionalApplications }),
    ...(mod !== undefined && { mod: { module: mod.module, args: nil } }),
  };
}

const appText = (app: App, path: string): string =>
  fileForm(path) === "yaml" ? layOut(recordPart("app", app)) : `${prettyTerm(encodeApp(app))}.\n`;
