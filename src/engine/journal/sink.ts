import { open, mkdir, type FileHandle } from "node:fs/promises";
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
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = await open(path, "ax", 0o600);
  try {
    await syncDirectory(directory);
  } catch (error) {
    await file.close();
    throw error;
  }
  return fileSink(file);
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
