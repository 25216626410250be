import { ProblemError, type Problem } from "../../terms/problem.js";
import { readApp } from "../read.js";
import { findForm, readListed } from "../root/find-manifest.js";
import type { FileReader } from "../reader.js";
import type { App, Manifest } from "../records.js";
import { join, searchDirectories, type Directory } from "./directories.js";

/** Problems of an `.app` that don't end the search for a better one. */
const PASSED_OVER: ReadonlySet<string> = new Set(["syntax-error", "file-not-readable"]);

/** An `.app` that was found, and where. */
export interface FoundApplication {
  readonly dir: string;
  readonly manifest: Manifest<App>;
}

/**
 * The directories that applications are looked for in. Each one is listed once and each `.app` is read once, however many
 * releases are loaded from here.
 */
export class LibraryPath {
  readonly #reader: FileReader;
  /** In the order of the path. */
  readonly #directories: ReadonlyMap<string, Directory>;
  /** For each application the directories that hold an `.app` of its name, in the order of the path. */
  readonly #holders: ReadonlyMap<string, readonly Directory[]>;
  readonly #read = new Map<string, Promise<Manifest<App> | ProblemError>>();

  private constructor(reader: FileReader, directories: readonly Directory[]) {
    this.#reader = reader;
    this.#directories = new Map(directories.map((directory) => [directory.directory, directory]));
    this.#holders = holders(directories);
  }

  /** The directories, in order. */
  get directories(): readonly string[] {
    return [...this.#directories.keys()];
  }

  /** Lists the directories that `patterns` stand for ({@link searchDirectories}). */
  static async open(reader: FileReader, patterns: readonly string[]): Promise<LibraryPath> {
    return new LibraryPath(reader, await searchDirectories(reader, patterns));
  }

  /**
   * The first `.app` of an application on the path that is of this version. One that can't be read or parsed, or is of
   * another version, is passed over; one that is wrong otherwise ends the search, whatever its version. Follows
   * `systools_make:read_application/4`.
   *
   * @returns the application, or the problems for which there is none; they don't say who asked for it
   */
  async find(name: string, vsn: string): Promise<FoundApplication | readonly Problem[]> {
    let first: readonly Problem[] | undefined;
    for (const holder of this.#holders.get(name) ?? []) {
      const manifest = await this.#manifest(holder, name);
      if (manifest instanceof ProblemError) {
        if (!manifest.problems.every(({ code }) => PASSED_OVER.has(code))) return manifest.problems;
        first ??= manifest.problems;
      } else if (manifest.record.vsn !== vsn) {
        first ??= [otherVersion(manifest, vsn)];
      } else if (manifest.record.name !== name) {
        return [otherName(manifest, name)];
      } else {
        return { dir: holder.directory, manifest };
      }
    }
    return first ?? [notFound(name, vsn, this.#directories.size)];
  }

  /** Reads the file beside an application's `.app` with another ending, in the form that is there; undefined for none. */
  async beside<Read>(
    { dir, manifest }: FoundApplication,
    ending: string,
    read: (bytes: Uint8Array, file: string) => Read,
  ): Promise<Read | undefined> {
    const name = findForm(this.#directories.get(dir)!, `${manifest.record.name}${ending}`);
    if (name === undefined) return undefined;
    const file = join(dir, name);
    return read(await readListed(this.#reader, file), file);
  }

  #manifest(holder: Directory, name: string): Promise<Manifest<App> | ProblemError> {
    const key = join(holder.directory, name);
    let manifest = this.#read.get(key);
    if (manifest === undefined) {
      manifest = this.#readManifest(holder, name);
      this.#read.set(key, manifest);
    }
    return manifest;
  }

  async #readManifest(holder: Directory, name: string): Promise<Manifest<App> | ProblemError> {
    try {
      const file = join(holder.directory, findForm(holder, `${name}.app`)!);
      return readApp(await readListed(this.#reader, file), file);
    } catch (error) {
      if (error instanceof ProblemError) return error;
      throw error;
    }
  }
}

function holders(directories: readonly Directory[]): ReadonlyMap<string, readonly Directory[]> {
  const found = new Map<string, Directory[]>();
  for (const directory of directories) {
    const names = directory.names.map((name) => /^(.+)\.app(?:\.ya?ml)?$/.exec(name)?.[1]);
    for (const application of new Set(names.filter((name) => name !== undefined))) {
      const others = found.get(application);
      if (others === undefined) found.set(application, [directory]);
      else others.push(directory);
    }
  }
  return found;
}

function otherVersion(manifest: Manifest<App>, vsn: string): Problem {
  const { file, record } = manifest;
  return {
    code: "application-version-mismatch",
    severity: "error",
    summary: `${record.name} is wanted in version ${vsn}, and found in version ${record.vsn}`,
    detail: `The first one on the path is ${file}.`,
    hint: "Correct the version in the .rel, or add the directory of that version to the path.",
    span: manifest.locate(["vsn"]),
  };
}

function otherName(manifest: Manifest<App>, name: string): Problem {
  const { file, record } = manifest;
  return {
    code: "application-name-mismatch",
    severity: "error",
    summary: `${file} describes ${record.name}, not ${name}`,
    hint: "The file and the application must have the same name.",
    span: manifest.locate(["name"]),
  };
}

function notFound(name: string, vsn: string, directories: number): Problem {
  return {
    code: "application-not-found",
    severity: "error",
    summary: `there is no ${name}.app on the path (version ${vsn} is wanted)`,
    detail: `${directories} ${directories === 1 ? "directory was" : "directories were"} searched.`,
    hint: "Name the ebin directories with --path; a * stands for any name: --path 'lib/*/ebin'",
  };
}
