import type { FileReader } from "../../src/release/reader.js";

/** A reader of files that are kept in an object: a path and its text each. */
export function memoryFiles(files: Readonly<Record<string, string>>): FileReader {
  return {
    read: (path) => {
      const text = Object.hasOwn(files, path) ? files[path]! : undefined;
      return Promise.resolve(text === undefined ? undefined : new TextEncoder().encode(text));
    },
    list: (directory) => {
      const inside = Object.keys(files).filter((path) => path.startsWith(`${directory}/`));
      const names = new Set(inside.map((path) => path.slice(directory.length + 1).split("/")[0]!));
      return Promise.resolve(names.size === 0 ? undefined : [...names]);
    },
  };
}
