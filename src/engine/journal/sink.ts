import { open, mkdir, stat, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

/** Where the lines of a journal go. */
export interface JournalSink {
  /** Writes a text behind all that was written before; rejects where not all of it could be written. */
  write(text: string): Promise<void>;
  /** Resolves when all that was written is on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A sink that appends to an open file. */
export function fileSink(file: FileHandle): JournalSink {
  return {
    // Unlike `write`, `appendFile` goes on until everything is written, or fails.
    write: (text) => file.appendFile(text),
    sync: () => file.datasync(),
    close: () => file.close(),
  };
}

/**
 * Makes a file that isn't there yet, for its owner alone, with the directories above it, and has its name on the disk.
 * @throws the system's error where that can't be done
 */
export async function createSink(path: string): Promise<JournalSink> {
  const directory = dirname(path);
  await makeDirectory(directory);
  const file = await open(path, "ax", 0o600);
  try {
    await syncDirectory(directory);
  } catch (error) {
    await file.close();
    throw error;
  }
  return fileSink(file);
}

/**
 * Makes a directory, for its owner alone, with those above it that aren't there. Node's own `recursive` never ends where a
 * file system takes no directories at all, as `/proc`, and says of one that is read-only that the directory isn't there.
 */
async function makeDirectory(path: string): Promise<void> {
  const above = dirname(path);
  if (above !== path && !(await isDirectory(above))) await makeDirectory(above);
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    // It was there, or somebody else has made it just now.
    if (!(await isDirectory(path))) throw error;
  }
}

const isDirectory = async (path: string): Promise<boolean> =>
  await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
