import { readFileSync, readdirSync, statSync } from "node:fs";
import { localWriter, type FileWriter } from "./file-writer.js";

/** The files of a node. Synchronous, so that loading a module is one step that nothing can come between. */
export interface FileSystem {
  /** The content of a file; undefined when it can't be read. */
  readFile(path: string): Uint8Array | undefined;
  /** The names in a directory; undefined when it can't be listed. */
  listDirectory(path: string): readonly string[] | undefined;
  stat(path: string): FileInfo | undefined;
  /** How files are written; without it they can only be read (`erofs`). */
  readonly writer?: FileWriter;
}

export interface FileInfo {
  readonly type: "regular" | "directory" | "other";
  readonly size: number;
  readonly modifiedMs: number;
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

export const localFiles: FileSystem = {
  writer: localWriter,
  readFile: (path) => attempt(() => readFileSync(path)),
  listDirectory: (path) => attempt(() => readdirSync(path)),
  stat: (path) =>
    attempt(() => {
      const found = statSync(path);
      const type = found.isFile() ? "regular" : found.isDirectory() ? "directory" : "other";
      return { type, size: found.size, modifiedMs: found.mtimeMs };
    }),
};
