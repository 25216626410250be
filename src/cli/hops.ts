import type { Command } from "commander";
import { liveCode } from "../engine/source/node-code.js";
import { routeTo } from "../engine/source/release.js";
import type { Target } from "../target/target.js";
import { CommandError, EXIT } from "./exit.js";
import { READ_TIMEOUT_MS } from "./source.js";

/** How to get to a release that no direct way leads to. */
export interface HopOptions {
  readonly via: readonly string[];
  readonly multiHop?: boolean;
}

/** Adds the options by which an upgrade in several hops is asked for. */
export function withHopOptions(command: Command): Command {
  return command
    .option(
      "--via <vsn>",
      "go there by this release, as an upgrade of its own; may be given again",
      (vsn: string, others: readonly string[]) => [...others, vsn],
      [],
    )
    .option(
      "--multi-hop",
      "go there by other releases where no direct way leads there, each hop an upgrade of its own",
    );
}

/** What can't be done in hops. */
const DIRECT = ["app", "plan", "out", "snapshot"] as const;

/**
 * The versions to go to, one after another, where the user asks for hops.
 * @returns undefined where it is one upgrade, with nothing to it that others don't have
 * @throws CommandError for options that don't go together, ProblemError where no way leads there
 */
export async function hopsTo(
  target: Target,
  vsn: string | undefined,
  options: HopOptions & { readonly timeout: number },
): Promise<readonly string[] | undefined> {
  if (vsn === undefined || !wantsHops(options)) return undefined;
  if (options.via.length > 0) return [...options.via, vsn];
  const code = liveCode(target, { timeoutMs: Math.max(options.timeout, READ_TIMEOUT_MS) });
  const route = await routeTo(code, vsn);
  return route.length === 1 ? undefined : route;
}

const wantsHops = ({ via, multiHop }: HopOptions): boolean => via.length > 0 || multiHop === true;

/** @throws CommandError where hops are asked for, and something that goes one way only */
export function refuseUselessHops(options: HopOptions & Partial<Record<(typeof DIRECT)[number], unknown>>): void {
  const other = DIRECT.find((name) => options[name] !== undefined);
  const both = options.via.length > 0 && options.multiHop === true;
  if (!wantsHops(options) || (other === undefined && !both)) return;
  throw new CommandError(EXIT.usage, {
    code: "usage",
    summary: both
      ? "--via names the way, and --multi-hop has it found"
      : `--via and --multi-hop don't go together with --${other!}`,
    hint: both ? "Give one of them." : "Plan, or apply, each hop by itself.",
  });
}
