import type { Logger } from "pino";
import type { Problem } from "../terms/problem.js";
import { CommandError, EXIT, type ExitCode } from "./exit.js";
import type { Io } from "./io.js";
import { noLog, openLog } from "./log.js";
import type { CommonOptions } from "./options.js";
import { print, settle, type Report, type Result } from "./report.js";
import { problemText } from "./views/problem.js";

/** Runs a command's work and prints its report under the given schema. */
export type Run = (
  schema: string,
  options: CommonOptions,
  work: (context: { readonly io: Io; readonly log: Logger }) => Promise<Report>,
) => Promise<void>;

/** A `Run` that prints to `io`, and tells the exit code to `exit`. */
export function makeRun(io: Io, exit: (code: ExitCode) => void): Run {
  return async (schema, options, work) => {
    const started = performance.now();
    let log = noLog();
    const result = await settle(async () => {
      log = openLogOrFail(options, io);
      log.info({ schema }, "started");
      return await work({ io, log });
    });
    logEnd(log, result, performance.now() - started);
    exit(print(result, schema, options.json === true, io));
  };
}

function logEnd(log: Logger, result: Result, durationMs: number): void {
  const problems = "problems" in result ? result.problems : [];
  for (const { code, summary, detail } of problems) log.error({ code, summary, detail }, "problem");
  log.info({ exitCode: "problems" in result ? result.exitCode : result.report.exitCode, durationMs }, "ended");
}

function openLogOrFail({ logFile, logLevel }: CommonOptions, io: Io): Logger {
  if (logFile === undefined) return noLog();
  try {
    return openLog(logFile, logLevel, (error) => {
      const warning: Problem = {
        code: "log-not-written",
        severity: "warning",
        summary: `the log file ${logFile} can't be written to any more`,
        detail: error.message,
        hint: "The command goes on without a log.",
      };
      io.err(`${problemText(warning, io.paintErr)}\n`);
    });
  } catch (error) {
    throw new CommandError(EXIT.usage, {
      code: "log-not-opened",
      summary: `the log file ${logFile} can't be opened`,
      detail: (error as Error).message,
      hint: "Name a file in a directory that can be written to.",
    });
  }
}
