import { applyUpgrade, type Applied, type ApplyOptions } from "../../engine/apply.js";
import { problemOf } from "../../engine/failure.js";
import type { PreparedUpgrade } from "../../engine/prepared.js";
import type { Target } from "../../target/target.js";
import { CommandError, EXIT, type ExitCode } from "../exit.js";
import type { Report } from "../report.js";
import { applyHopsJson, applyHopsText, isThere, runsAfter, type AppliedHops } from "../views/hops.js";

export interface Hops {
  /** What is gone to, one after another. */
  readonly route: readonly string[];
  readonly target: Target;
  /** Reads one hop, on the node as it is then. */
  readonly prepare: (target: Target, vsn: string) => Promise<PreparedUpgrade>;
  readonly options: ApplyOptions;
}

export interface HopsDone {
  readonly hops: AppliedHops;
  readonly report: Report;
  /** The node where it is connected to now: it may have been restarted on the way. */
  readonly target: Target;
}

/**
 * Does one hop after another, each an upgrade of its own that is planned when it is its turn. Stops at the first one that
 * fails, and leaves the node at the release that the hop before has led to.
 * @throws what keeps the first hop from being begun
 */
export async function applyHops({ route, target: first, prepare, options }: Hops): Promise<HopsDone> {
  let target = first;
  const applied: Applied[] = [];
  let stopped: AppliedHops["stopped"];
  for (const vsn of route) {
    try {
      applied.push(await applyUpgrade(target, await prepare(target, vsn), options));
    } catch (error) {
      if (applied.length === 0) throw error;
      stopped = error instanceof CommandError ? error.problem : problemOf(error, "hop-failed", "the hop was not begun");
      break;
    }
    const { execution, soaked = [] } = applied.at(-1)!;
    if (execution?.outcome !== "upgraded") break;
    if (vsn !== route.at(-1)) [stopped] = soaked;
    if (stopped !== undefined) break;
    if (execution.restart !== undefined) target = await options.reconnect!();
  }
  const [{ plan }] = applied as [Applied];
  const hops: AppliedHops = {
    way: [plan.upgrade.from, ...route],
    applied: applied as [Applied, ...Applied[]],
    stopped,
  };
  const report: Report = {
    json: applyHopsJson(hops),
    text: (paint) => applyHopsText(hops, paint),
    exitCode: exitCodeOf(hops),
  };
  return { hops, report, target };
}

/** A node that is at another release than before, and not at that which was asked for, needs attention. */
function exitCodeOf(hops: AppliedHops): ExitCode {
  const { execution, soaked = [] } = hops.applied.at(-1)!;
  if (soaked.length > 0) return EXIT.needsAttention;
  if (isThere(hops)) return EXIT.done;
  if (execution?.interrupted === true && execution.outcome === "rolled_back") return EXIT.interrupted;
  if (runsAfter(hops) !== hops.way[0]) return EXIT.needsAttention;
  if (execution === undefined) return EXIT.refused;
  return execution.outcome === "rolled_back" ? EXIT.rolledBack : EXIT.needsAttention;
}
