import type { Logger } from "pino";
import { DEFAULT_LEASE_MS } from "../engine/guardian/lease.js";
import type { Target } from "../target/target.js";
import type { Io } from "./io.js";
import type { TargetOptions } from "./options.js";

/** A node that a command works on. Disposing of it closes the connection, or stops the embedded node. */
export interface OpenedTarget extends AsyncDisposable {
  readonly target: Target;
  readonly isEmbedded: boolean;
}

/**
 * Connects to the node that the options name, or boots the embedded one.
 * @param silenceMs after so long without a sign a real node is given up
 * @throws CommandError with exit code 1 when the node can't be reached
 */
export async function openTarget(
  options: TargetOptions,
  io: Io,
  log: Logger,
  silenceMs: number = DEFAULT_LEASE_MS,
): Promise<OpenedTarget> {
  const target = await connectOrBoot(options, io, log, silenceMs);
  const { node, otpRelease } = target.identity;
  log.info({ node, otpRelease }, "opened the node");
  return {
    target,
    isEmbedded: options.node === undefined,
    [Symbol.asyncDispose]: async () => {
      await target[Symbol.asyncDispose]();
    },
  };
}

/**
 * The same for a command that changes nothing: nothing is lost where a node that falls silent is given up after the time
 * that connecting to it may take, and not only after that of a lease.
 */
export async function openTargetToLook(options: TargetOptions, io: Io, log: Logger): Promise<OpenedTarget> {
  return await openTarget(options, io, log, options.connectTimeout);
}

/** What only the other kind of node needs is not loaded. */
async function connectOrBoot(options: TargetOptions, io: Io, log: Logger, silenceMs: number): Promise<Target> {
  if (options.node === undefined) {
    const { bootEmbedded } = await import("./embedded.js");
    return await bootEmbedded(options, log);
  }
  const { connectTo } = await import("./connected.js");
  return await connectTo(options.node, options, io, silenceMs);
}
