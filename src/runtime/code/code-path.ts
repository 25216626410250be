import { basename, dirname, join, resolve } from "node:path";
import type { FileSystem } from "./file-system.js";

/** The ending of object code on this node, as `code:objfile_extension/0` gives it. */
export const OBJECT_CODE_EXTENSION = ".js";

export type PathError = "bad_directory" | "bad_name";

/** The directories in which the code server looks for modules, as code_server.erl keeps them. */
export class CodePath {
  readonly #files: FileSystem;
  #directories: readonly string[] = [];

  constructor(files: FileSystem) {
    this.#files = files;
  }

  get directories(): readonly string[] {
    return this.#directories;
  }

  /** `code:add_patha/1` and `code:add_pathz/1`: a directory that is in the path already moves to where it is added. */
  add(directory: string, where: "first" | "last"): PathError | undefined {
    const added = resolve(directory);
    if (!this.#isDirectory(added)) return "bad_directory";
    if (where === "last" && this.#directories.includes(added)) return undefined;
    const others = this.#directories.filter((other) => other !== added);
    this.#directories = where === "first" ? [added, ...others] : [...others, added];
    return undefined;
  }

  /** `code:del_path/1`, by application name or directory. True when there was one. */
  delete(nameOrDirectory: string): boolean {
    const wanted = this.#directoryOf(nameOrDirectory) ?? resolve(nameOrDirectory);
    const left = this.#directories.filter((directory) => directory !== wanted);
    const deleted = left.length < this.#directories.length;
    this.#directories = left;
    return deleted;
  }

  /** `code:replace_path/2`: the directory of an application gives way to another version's. */
  replace(name: string, directory: string): PathError | undefined {
    const replacement = resolve(directory);
    if (!this.#isDirectory(replacement)) return "bad_directory";
    if (applicationOf(replacement) !== name) return "bad_name";
    const replaced = this.#directoryOf(name);
    if (replaced === undefined) this.#directories = [replacement, ...this.#directories];
    else this.#directories = this.#directories.map((other) => (other === replaced ? replacement : other));
    return undefined;
  }

  /** `code:lib_dir/1`: the directory of an application, without its `ebin`. */
  libraryOf(name: string): string | undefined {
    const directory = this.#directoryOf(name);
    if (directory === undefined) return undefined;
    return basename(directory) === "ebin" ? dirname(directory) : directory;
  }

  /** `code:get_object_code/1` and `code:where_is_file/1`: the first file of that name in the path. */
  find(fileName: string): string | undefined {
    for (const directory of this.#directories) {
      const file = join(directory, fileName);
      if (this.#files.stat(file)?.type === "regular") return file;
    }
    return undefined;
  }

  #directoryOf(name: string): string | undefined {
    return this.#directories.find((directory) => applicationOf(directory) === name);
  }

  #isDirectory(path: string): boolean {
    return this.#files.stat(path)?.type === "directory";
  }
}

/** The application that a code directory belongs to: `lib/counter-0.1.0/ebin` is of `counter`. */
function applicationOf(directory: string): string {
  const library = basename(directory) === "ebin" ? basename(dirname(directory)) : basename(directory);
  return /^(.+?)-\d[^/]*$/.exec(library)?.[1] ?? library;
}
