import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";

/** A POSIX reason, as `file` of OTP gives it: `enoent`, `eacces`, `enospc`. */
export type PosixReason = string;

/** How a node writes files. What fails is told by its reason, and never thrown. */
export interface FileWriter {
  /** Opens a file without emptying it, and makes it where it may be written and isn't there. */
  open(path: string, mode: "read" | "write"): { readonly handle: number } | PosixReason;
  close(handle: number): void;
  read(handle: number, offset: number, size: number): Uint8Array | PosixReason;
  write(handle: number, offset: number, bytes: Uint8Array): PosixReason | undefined;
  writeFile(path: string, bytes: Uint8Array): PosixReason | undefined;
  rename(from: string, to: string): PosixReason | undefined;
  /** Makes a directory, with those above it, where it isn't there. */
  makeDirectory(path: string): PosixReason | undefined;
  delete(path: string): PosixReason | undefined;
  /** Deletes a file, or a directory with all that is in it; a link, and not what it leads to. */
  deleteTree(path: string): PosixReason | undefined;
}

function attempt<Value>(act: () => Value): Value | PosixReason {
  try {
    return act();
  } catch (error) {
    return reasonOf(error);
  }
}

/** An act that gives nothing where it went well. */
function doing(act: () => unknown): PosixReason | undefined {
  return attempt(() => {
    act();
    return undefined;
  });
}

const reasonOf = (error: unknown): PosixReason => ((error as NodeJS.ErrnoException).code ?? "einval").toLowerCase();

export const localWriter: FileWriter = {
  open: (path, mode) =>
    attempt(() => {
      const handle = openSync(path, mode === "read" ? "r" : constants.O_RDWR | constants.O_CREAT);
      if (!fstatSync(handle).isDirectory()) return { handle };
      closeSync(handle);
      return "eisdir";
    }),
  close: (handle) => {
    closeSync(handle);
  },
  read: (handle, offset, size) =>
    attempt(() => {
      const bytes = new Uint8Array(size);
      return bytes.subarray(0, readSync(handle, bytes, 0, size, offset));
    }),
  write: (handle, offset, bytes) => doing(() => writeSync(handle, bytes, 0, bytes.length, offset)),
  writeFile: (path, bytes) =>
    doing(() => {
      writeFileSync(path, bytes);
    }),
  rename: (from, to) =>
    doing(() => {
      renameSync(from, to);
    }),
  makeDirectory: (path) =>
    doing(() => {
      mkdirSync(path, { recursive: true });
    }),
  delete: (path) =>
    doing(() => {
      if (lstatSync(path).isDirectory()) throw Object.assign(new Error(path), { code: "EPERM" });
      unlinkSync(path);
    }),
  deleteTree: (path) =>
    doing(() => {
      lstatSync(path);
      rmSync(path, { recursive: true });
    }),
};
