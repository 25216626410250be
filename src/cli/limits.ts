import { InvalidArgumentError, Option, type Command } from "commander";
import type { Logger } from "pino";
import type { OnFailure } from "../engine/after-failure.js";
import type { ApplyOptions } from "../engine/apply.js";
import { DEFAULT_LEASE_MS } from "../engine/guardian/lease.js";
import type { Reconnect } from "../engine/restart.js";
import type { OnUnresponsive } from "../engine/steps/unresponsive.js";
import type { Target } from "../target/target.js";
import type { KeepState } from "../upgrade/upgrade.js";
import { parseDuration, parseTimeout } from "./duration.js";
import type { Io } from "./io.js";
import type { TargetOptions } from "./options.js";
import { openTarget, type OpenedTarget } from "./target.js";

/** How an upgrade is executed: what it may take, and what is done when something goes wrong. */
export interface LimitOptions {
  readonly suspendTimeout?: number;
  readonly codeChangeTimeout?: number;
  readonly maxSuspension?: number;
  readonly deadline?: number;
  readonly onUnresponsive: OnUnresponsive;
  readonly onFailure: OnFailure;
  readonly onLocked: "fail" | "wait";
  readonly lease: number;
}

/** Signs of us are sent three times in the time of a lease; a busy machine must not lose one for a moment's work. */
const SHORTEST_LEASE_MS = 1_000;

/** Adds the options of the commands that execute an upgrade. */
export function withLimitOptions(command: Command): Command {
  const time = (flags: string, text: string): Option => new Option(flags, text).argParser(parseTimeout);
  return command
    .optionsGroup("Limits:")
    .addOption(
      time("--suspend-timeout <duration>", "how long a process may take to answer suspend (default: --timeout)"),
    )
    .addOption(time("--code-change-timeout <duration>", "how long one code_change may take (default: --timeout)"))
    .addOption(time("--max-suspension <duration>", "refuse, or roll back, where processes are suspended for longer"))
    .addOption(time("--deadline <duration>", "roll back what is not done in this time, the whole command's"))
    .addOption(
      new Option("--lease <duration>", "the node takes all back itself when it hears nothing of us for so long")
        .argParser(parseLease)
        .default(DEFAULT_LEASE_MS, `${DEFAULT_LEASE_MS / 1_000}s`),
    )
    .optionsGroup("When something is in the way:")
    .addOption(
      new Option("--on-unresponsive <what>", "when a process doesn't answer suspend in time")
        .choices(["stop", "skip", "kill"])
        .default("stop"),
    )
    .addOption(
      new Option("--on-failure <what>", "when a step fails")
        .choices(["rollback", "restart", "leave"])
        .default("rollback"),
    )
    .addOption(
      new Option("--on-locked <what>", "when another upgrade holds the node").choices(["fail", "wait"]).default("fail"),
    );
}

/** `--keep-state`, which a plan depends on. */
export const keepStateOption = (): Option =>
  new Option(
    "--keep-state <which>",
    "the states that are kept on the node, to be put back exactly: of processes that are changed, or none " +
      "(default: changed)",
  ).choices(["changed", "never"] satisfies KeepState[]);

function parseLease(text: string): number {
  const ms = parseDuration(text);
  if (ms < SHORTEST_LEASE_MS) throw new InvalidArgumentError("It must be at least 1s.");
  return ms;
}

/**
 * The options as the engine takes them.
 * @param started when the command began, by `performance.now()`
 */
export function limitsOf(options: LimitOptions & TargetOptions, started: number, io: Io, log: Logger): ApplyOptions {
  const { maxSuspension, deadline, timeout } = options;
  return {
    observeTimeoutMs: timeout,
    timeouts: {
      suspendMs: options.suspendTimeout ?? timeout,
      codeChangeMs: options.codeChangeTimeout ?? timeout,
    },
    ...(maxSuspension !== undefined && { maxSuspensionMs: maxSuspension }),
    ...(deadline !== undefined && { deadlineAt: started + deadline }),
    leaseMs: options.lease,
    onUnresponsive: options.onUnresponsive,
    onFailure: options.onFailure,
    waitsForLock: options.onLocked === "wait",
    reconnect: reconnector(options, io, log),
  };
}

/**
 * Opens the node for an upgrade. When it has been silent for as long as the lease, it takes the upgrade back by itself, so
 * that there is nothing more to wait for; the time of connecting is what its answers may take at any rate.
 */
export async function openToUpgrade(options: LimitOptions & TargetOptions, io: Io, log: Logger): Promise<OpenedTarget> {
  return await openTarget(options, io, log, Math.max(options.lease, options.connectTimeout));
}

/** Connects to the node again, or boots the embedded one, as a start of it would: from the permanent release. */
function reconnector(options: TargetOptions, io: Io, log: Logger): Reconnect {
  const quiet: Io = { ...io, err: () => undefined };
  const { boot: booted, ...permanent } = options;
  const open = async (node?: string): Promise<Target> => {
    const opened = await openTarget(
      { ...(booted === undefined ? options : permanent), ...(node && { node }) },
      quiet,
      log,
    );
    return opened.target;
  };
  const name = options.node?.replace(/:\d+$/, "");
  // A node that was reached at a port may listen at another one now, which its epmd knows.
  return async () =>
    await open().catch(async (error: unknown) => {
      if (name === options.node) throw error;
      return await open(name);
    });
}
