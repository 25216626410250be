import { Option, type Command } from "commander";
import { parseDuration } from "./duration.js";
import { LOG_LEVELS, type LogLevel } from "./log.js";

/** Options of every command. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly logFile?: string;
  readonly logLevel: LogLevel;
}

/** Options that name a node. */
export interface TargetOptions {
  readonly root: string;
  readonly boot?: string;
  /** For each question to a process. */
  readonly timeout: number;
}

export function withCommonOptions(command: Command): Command {
  return command
    .option("--json", "print one JSON document instead of text")
    .option("--log-file <file>", "append a log to this file, a JSON object a line")
    .addOption(new Option("--log-level <level>", "what goes into the log").choices([...LOG_LEVELS]).default("info"));
}

export function withTargetOptions(command: Command): Command {
  return command
    .option("--root <dir>", "the release root that the embedded node is booted from", ".")
    .option("--boot <vsn>", "boot the embedded node from this release, not from the permanent or lowest one")
    .addOption(
      new Option("--timeout <duration>", "how long to wait for each answer of a process")
        .argParser(parseDuration)
        .default(5_000, "5s"),
    );
}
