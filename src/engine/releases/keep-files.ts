import { deleteFile, readFile, renameFile, writeFile } from "../../otp/file.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { Target } from "../../target/target.js";

/** Files as they were, to be put back where an act that was to change them failed in the middle. */
export interface KeptFiles {
  /** Puts back what is otherwise now. Gives why what could not be. */
  restore(): Promise<string[]>;
}

/**
 * Keeps the content of small files. release_handler empties RELEASES and start_erl.data before it writes them anew
 * (`do_write_file/3`), so that a disk that is full would leave them empty, and the node unable to start.
 */
export async function keepFiles(
  target: Target,
  paths: readonly string[],
  options: CallOptions = {},
): Promise<KeptFiles> {
  const before = await Promise.all(paths.map(async (path) => ({ path, content: await readFile(target, path, options) })));
  return {
    restore: async () => {
      const failed: string[] = [];
      for (const { path, content } of before) {
        try {
          await putBack(target, path, content, options);
        } catch (error) {
          failed.push((error as Error).message);
        }
      }
      return failed;
    },
  };
}

async function putBack(
  target: Target,
  path: string,
  content: Uint8Array | undefined,
  options: CallOptions,
): Promise<void> {
  const now = await readFile(target, path, options);
  if (content === undefined) {
    if (now !== undefined) await deleteFile(target, path, options);
  } else if (now === undefined || Buffer.compare(now, content) !== 0) {
    await replaceFile(target, path, content, options);
  }
}

/** Writes a file whole or not at all: under another name, which is then given up for its own. */
export async function replaceFile(
  target: Target,
  path: string,
  content: Uint8Array,
  options: CallOptions = {},
): Promise<void> {
  const temporary = `${path}.relupctl`;
  try {
    await writeFile(target, temporary, content, options);
    await renameFile(target, temporary, path, options);
  } catch (error) {
    await deleteFile(target, temporary, options).catch(() => undefined);
    throw error;
  }
}

/** Far more than RELEASES and start_erl.data take. */
const PROBE_BYTES = 64 * 1024;

/** Tries whether files can be written in a directory, and leaves none. @throws FileError where they can't */
export async function tryToWrite(target: Target, directory: string, options: CallOptions = {}): Promise<void> {
  const probe = `${directory}/.relupctl-probe`;
  try {
    await writeFile(target, probe, new Uint8Array(PROBE_BYTES), options);
  } finally {
    await deleteFile(target, probe, options).catch(() => undefined);
  }
}
