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
  readonly node?: string;
  readonly cookieFile?: string;
  readonly cookie?: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsServername?: string;
  readonly connectTimeout: number;
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
    .option("-n, --node <name@host[:port]>", "a real node, through epmd on its host or directly at the port")
    .option("--cookie-file <file>", "the node's cookie (default: $RELUPCTL_COOKIE, then ~/.erlang.cookie)")
    .option("--cookie <value>", "the cookie itself; others can see it in the list of processes")
    .option("--tls-ca <file>", "connect over TLS, and trust these certificate authorities")
    .option("--tls-cert <file>", "our certificate, where the node asks for one")
    .option("--tls-key <file>", "the key of our certificate")
    .option("--tls-servername <name>", "the name in the node's certificate, where it isn't its host")
    .addOption(durationOption("--connect-timeout <duration>", "how long connecting may take", 10_000))
    .option("--root <dir>", "without --node: the release root that the embedded node is booted from", ".")
    .option("--boot <vsn>", "boot the embedded node from this release, not from the permanent or lowest one")
    .addOption(durationOption("--timeout <duration>", "how long to wait for each answer of a process", 5_000));
}

/** An option whose value is a duration, in milliseconds once it is parsed. */
export function durationOption(flags: string, text: string, byDefaultMs?: number): Option {
  const option = new Option(flags, text).argParser(parseDuration);
  return byDefaultMs === undefined ? option : option.default(byDefaultMs, `${byDefaultMs / 1_000}s`);
}
