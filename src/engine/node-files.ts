import { getFile, listDir } from "../otp/code.js";
import type { CallOptions } from "../otp/invoke.js";
import type { FileReader } from "../release/reader.js";
import type { Target } from "../target/target.js";

/** The modules whose object code lies in the `ebin` of a directory; none where there is no such directory. */
export async function modulesIn(files: FileReader, directory: string, extension: string): Promise<string[]> {
  const names = (await files.list(`${directory}/ebin`)) ?? [];
  return names.filter((name) => name.endsWith(extension)).map((name) => name.slice(0, -extension.length));
}

/** Reads files on the node, as its code server does (`erl_prim_loader`). */
export function nodeFiles(target: Target, options: CallOptions = {}): FileReader {
  return {
    read: (path) => getFile(target, path, options),
    list: (directory) => listDir(target, directory, options),
  };
}
