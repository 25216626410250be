import { getFile, listDir } from "../otp/code.js";
import type { CallOptions } from "../otp/invoke.js";
import type { FileReader } from "../release/reader.js";
import type { Target } from "../target/target.js";

/** Reads files on the node, as its code server does (`erl_prim_loader`). */
export function nodeFiles(target: Target, options: CallOptions = {}): FileReader {
  return {
    read: (path) => getFile(target, path, options),
    list: (directory) => listDir(target, directory, options),
  };
}
