import { readdir, readFile } from "node:fs/promises";
import { ProblemError } from "../terms/problem.js";
import type { FileReader } from "./reader.js";

/** The files of this machine. Rejects with a ProblemError (`file-not-readable`) where one is there but can't be read. */
export const localFiles: FileReader = {
  read: async (path) => orUndefined(path, readFile(path)),
  list: async (directory) => orUndefined(directory, readdir(directory)),
};

/** What isn't there is no error: the caller knows best what that means. */
async function orUndefined<Value>(path: string, reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    const { code = "unknown", message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new ProblemError([
      { code: "file-not-readable", severity: "error", summary: reason(path, code), detail: message },
    ]);
  }
}

function reason(path: string, code: string): string {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return `${path} may not be read: permission denied`;
    case "EISDIR":
      return `${path} is a directory, not a file`;
    default:
      return `${path} can't be read (${code})`;
  }
}
