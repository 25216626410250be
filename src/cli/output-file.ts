import { randomBytes } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CommandError, EXIT } from "./exit.js";

/**
 * Writes a text to a file, wholly or not at all: to a temporary file beside it, which then takes its name. What is there
 * and no plain file (a pipe, `/dev/stdout`) is written to as it is.
 * @param overwrite whether a file that is there already may be replaced
 * @param mode of the file, before the umask
 * @throws CommandError when there is a file that may not be replaced (`file-exists`), or it can't be written
 */
export async function writeOutputFile(file: string, text: string, overwrite: boolean, mode = 0o666): Promise<void> {
  try {
    const found = await stat(file).catch(orMissing);
    if (found !== undefined && !found.isFile()) {
      await writeFile(file, text);
      return;
    }
    if (found !== undefined && !overwrite) throw fileExists(file);
    // Where the name is a link, the file behind it is replaced, not the link.
    await replace(found === undefined ? file : await realpath(file), text, mode);
  } catch (error) {
    throw error instanceof CommandError ? error : notWritten(file, error as Error);
  }
}

async function replace(file: string, text: string, mode: number): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString("hex")}`);
  try {
    await writeFile(temporary, text, { flag: "wx", mode });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function orMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
  throw error;
}

function fileExists(file: string): CommandError {
  return new CommandError(EXIT.usage, {
    code: "file-exists",
    summary: `${file} is there already, and was left as it is`,
    hint: "Use --force to replace it, or name another file.",
  });
}

function notWritten(file: string, error: Error): CommandError {
  return new CommandError(EXIT.usage, {
    code: "file-not-written",
    summary: `${file} can't be written`,
    detail: error.message,
    hint: "Name a file in a directory that can be written to.",
  });
}
