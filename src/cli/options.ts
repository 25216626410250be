import { Option, type Command } from "commander";
import { durationOption } from "./duration.js";
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
  /** For connecting to a real node, or for the start of the embedded one. */
  readonly connectTimeout: number;
  readonly root: string;
  readonly boot?: string;
  /** For each question to a process while the node is looked at. */
  readonly timeout: number;
}

/** Adds the options of every command. */
export function withCommonOptions(command: Command): Command {
  return command
    .optionsGroup("Output:")
    .option("--json", "print one JSON document instead of text")
    .option("--log-file <file>", "append a log to this file, a JSON object a line")
    .addOption(new Option("--log-level <level>", "what goes into the log").choices([...LOG_LEVELS]).default("info"));
}

/** Adds the options that name a node. Those of a real node are refused where none is named, for they would do nothing. */
export function withTargetOptions(command: Command): Command {
  return command
    .optionsGroup("The embedded node (where no --node is named):")
    .addOption(new Option("--root <dir>", "the release root to boot it from").default(".").conflicts("node"))
    .addOption(
      new Option("--boot <vsn>", "the release to boot (default: the permanent one, else the lowest)").conflicts("node"),
    )
    .optionsGroup("A real node:")
    .option("-n, --node <name@host[:port]>", "found through epmd on its host, or reached directly at the port")
    .addOption(
      new Option("--cookie-file <file>", "its cookie (default: $RELUPCTL_COOKIE, then ~/.erlang.cookie)").conflicts(
        "cookie",
      ),
    )
    .option("--cookie <value>", "the cookie itself; others can see it when the command starts")
    .option("--tls-ca <file>", "connect over TLS, and trust these certificate authorities")
    .option("--tls-cert <file>", "our certificate, where the node asks for one")
    .option("--tls-key <file>", "the key of our certificate")
    .option("--tls-servername <name>", "the name in the node's certificate, where it isn't its host")
    .optionsGroup("Both:")
    .addOption(durationOption("--connect-timeout <duration>", "how long connecting, or the start, may take", 10_000))
    .addOption(durationOption("--timeout <duration>", "how long a process may take to answer a question", 5_000))
    .hook("preAction", refuseWithoutNode);
}

/** Attributes of the options that concern a real node alone. */
const ONLY_WITH_NODE: ReadonlySet<string> = new Set([
  "cookieFile",
  "cookie",
  "tlsCa",
  "tlsCert",
  "tlsKey",
  "tlsServername",
]);

function refuseWithoutNode(command: Command): void {
  if (command.getOptionValue("node") !== undefined) return;
  const isGiven = (option: Option): boolean => command.getOptionValueSource(option.attributeName()) === "cli";
  const useless = command.options.find((option) => ONLY_WITH_NODE.has(option.attributeName()) && isGiven(option));
  if (useless !== undefined) {
    command.error(`error: option '${useless.flags}' concerns a real node; name it with --node NAME@HOST`);
  }
}
