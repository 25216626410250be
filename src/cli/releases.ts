import { fileProblem } from "../engine/releases/problems.js";
import { FileError } from "../otp/file.js";
import { CommandError, EXIT } from "./exit.js";

/** Does work on a node's releases; what its disk doesn't allow ends the command with exit code 3, in words. */
export async function fileErrorsTold<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FileError) throw new CommandError(EXIT.refused, fileProblem(error));
    throw error;
  }
}
