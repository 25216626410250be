import { resolve } from "node:path";
import type { Command } from "commander";
import type { PreparedUpgrade } from "../engine/prepared.js";
import { readApplicationUpgrade } from "../engine/source/application.js";
import { readReleaseUpgrade } from "../engine/source/release.js";
import type { Executor, KeepState, Upgrade } from "../upgrade/upgrade.js";
import { executorOption } from "./executor.js";
import { CommandError, EXIT } from "./exit.js";
import { keepStateOption } from "./limits.js";
import type { OpenedTarget } from "./target.js";

/** What to upgrade to, besides the version that is an argument. */
export interface SourceOptions {
  readonly app?: string;
  readonly includeMissed?: boolean;
  readonly keepState?: KeepState;
  readonly executor?: Executor;
}

/** Adds what says where to: the version as an argument, or a directory as an option. */
export function withSourceArguments(command: Command): Command {
  return command
    .argument("[vsn]", "the release version to upgrade or downgrade to")
    .option("--app <dir>", "upgrade one application instead, from the directory of its new version")
    .option("--include-missed", "also change processes that run a changed module which no child specification names")
    .addOption(keepStateOption())
    .addOption(executorOption());
}

/** What to upgrade to: a release version, or the directory of an application's new version. */
export type Source = { readonly vsn: string } | { readonly app: string };

/**
 * What the command line names.
 * @throws CommandError unless exactly one of a version and a directory is given
 */
export function sourceOf(vsn: string | undefined, { app }: SourceOptions): Source {
  if (vsn !== undefined && app === undefined) return { vsn };
  if (app !== undefined && vsn === undefined) return { app };
  throw new CommandError(EXIT.usage, {
    code: "usage",
    summary: vsn === undefined ? "it isn't said what to upgrade to" : "both a version and --app were given",
    hint: "Name a release version, or --app DIR for one application.",
  });
}

/**
 * Reads the upgrade to the source, with all that its execution needs.
 * @throws ProblemError when it can't be read, or no way leads there
 */
export async function prepare(
  { target, isEmbedded }: OpenedTarget,
  source: Source,
  options: { readonly timeout: number } & Choices,
): Promise<PreparedUpgrade> {
  const prepared = await read({ target, isEmbedded }, source, Math.max(options.timeout, READ_TIMEOUT_MS));
  const upgrade = { ...prepared.upgrade, ...choicesOf(options) };
  // The embedded node ends with the command, and has nothing that would start it again.
  if (isEmbedded && upgrade.executor === "otp") throw noReleaseHandler(target.identity.node);
  return { ...prepared, upgrade: isEmbedded ? { ...upgrade, executor: "relupctl" } : upgrade };
}

const noReleaseHandler = (node: string): CommandError =>
  new CommandError(EXIT.refused, {
    code: "no-release-handler",
    summary: `${node} has no release handler of OTP's that could do the steps: it is the embedded node`,
    hint: "Leave out --executor otp. A real node is named with --node NAME@HOST.",
  });

/** What the user chooses that a plan depends on. */
export interface Choices {
  readonly includeMissed?: boolean | undefined;
  readonly keepState?: KeepState | undefined;
  readonly executor?: Executor | undefined;
}

/** What of the options is a part of the upgrade, and so of the plan. */
export const choicesOf = ({ includeMissed, keepState, executor }: Choices): Partial<Upgrade> => ({
  ...(includeMissed === true && { includeMissed }),
  ...(keepState !== undefined && { keepState }),
  ...(executor !== undefined && { executor }),
});

async function read(
  { target, isEmbedded }: Pick<OpenedTarget, "target" | "isEmbedded">,
  source: Source,
  timeoutMs: number,
): Promise<PreparedUpgrade> {
  const timeouts = { timeoutMs };
  if ("vsn" in source) return await readReleaseUpgrade(target, source.vsn, timeouts);
  // The embedded node has the working directory of the command; a real one has its own.
  return await readApplicationUpgrade(target, isEmbedded ? resolve(source.app) : source.app, timeouts);
}

/** Object code may be large. */
export const READ_TIMEOUT_MS = 30_000;
