import { resolve } from "node:path";
import type { Command } from "commander";
import type { PreparedUpgrade } from "../engine/prepared.js";
import { readApplicationUpgrade } from "../engine/source/application.js";
import { readReleaseUpgrade } from "../engine/source/release.js";
import { CommandError, EXIT } from "./exit.js";
import type { OpenedTarget } from "./target.js";

/** What to upgrade to, besides the version that is an argument. */
export interface SourceOptions {
  readonly app?: string;
}

export function withSourceArguments(command: Command): Command {
  return command
    .argument("[vsn]", "the release version to upgrade or downgrade to")
    .option("--app <dir>", "upgrade one application instead, from the directory of its new version");
}

/**
 * Reads the upgrade that the command line names, with all that its execution needs.
 * @throws CommandError unless exactly one of a version and a directory is given
 * @throws ProblemError when it can't be read, or no way leads there
 */
export async function prepare(
  { target, isEmbedded }: OpenedTarget,
  vsn: string | undefined,
  options: SourceOptions & { readonly timeout: number },
): Promise<PreparedUpgrade> {
  if ((vsn === undefined) === (options.app === undefined)) {
    throw new CommandError(EXIT.usage, {
      code: "usage",
      summary: vsn === undefined ? "it isn't said what to upgrade to" : "both a version and --app were given",
      hint: "Name a release version, or --app DIR for one application.",
    });
  }
  const timeouts = { timeoutMs: Math.max(options.timeout, READ_TIMEOUT_MS) };
  if (options.app === undefined) return await readReleaseUpgrade(target, vsn!, timeouts);
  // The embedded node has the working directory of the command; a real one has its own.
  return await readApplicationUpgrade(target, isEmbedded ? resolve(options.app) : options.app, timeouts);
}

/** Object code may be large. */
const READ_TIMEOUT_MS = 30_000;
