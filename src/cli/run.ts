import type { Logger } from "pino";
import { CommandError, EXIT, type ExitCode } from "./exit.js";
import type { Io } from "./io.js";
import { openLog } from "./log.js";
import type { CommonOptions } from "./options.js";
import { print, settle, type Report } from "./report.js";

/** Runs a command's work and prints its report under the given schema. */
export type Run = (
  schema: string,
  options: CommonOptions,
  work: (context: { readonly io: Io; readonly log: Logger }) => Promise<Report>,
) => Promise<void>;

/** A `Run` that prints to `io`, and tells the exit code to `exit`. */
export function makeRun(io: Io, exit: (code: ExitCode) => void): Run {
  return async (schema, options, work) => {
    const result = await settle(async () => await work({ io, log: openLogOrFail(options) }));
    exit(print(result, schema, options.json === true, io));
  };
}

function openLogOrFail(options: CommonOptions): Logger {
  try {
    return openLog(options.logFile, options.logLevel);
  } catch (error) {
    throw new CommandError(EXIT.usage, {
      code: "log-not-opened",
      summary: `the log file ${options.logFile} can't be opened`,
      detail: (error as Error).message,
      hint: "Name a file in a directory that can be written to.",
    });
  }
}
