import { setTimeout as delay } from "node:timers/promises";
import { applyUpgrade, type Applied, type ApplyOptions } from "../../../src/engine/apply.js";
import { readApplicationUpgrade } from "../../../src/engine/source/application.js";
import type { PreparedUpgrade } from "../../../src/engine/prepared.js";
import { encodeInstruction } from "../../../src/release/script.js";
import { printTerm } from "../../../src/terms/print.js";
import { ALLOWABLE_FINDINGS } from "../../../src/upgrade/finding.js";
import { APP, type UpgradeCase, type Version } from "./model.js";
import type { Twin, Twins } from "./twins.js";

/** What one upgrade did on a node, as lines of Erlang terms. */
export interface Seen {
  readonly snapshot: readonly string[];
  readonly calls: readonly string[];
  /** Per process the system messages and the orders to supervisors it got. */
  readonly messages: readonly string[];
}

export interface Compared {
  readonly script: readonly string[];
  /** What `release_handler:eval_appup_script/4` answered. */
  readonly answer: string;
  readonly applied: Applied;
  readonly otp: Seen;
  readonly ours: Seen;
}

/**
 * Upgrades both twins to the other version: one by OTP's release handler, one by the engine, by the same script.
 * @param afterwards expressions for both nodes, once the upgrades have ended
 */
export async function upgradeTwins(
  twins: Twins,
  upgradeCase: UpgradeCase,
  to: Version,
  directory: string,
  options: ApplyOptions = {},
  afterwards = "ok",
): Promise<Compared> {
  const prepared = await readApplicationUpgrade(twins.target, directory);
  const script = scriptOf(prepared);
  await Promise.all(twins.both.map(({ node }) => node.eval(`upgrade_kit:calls(), upgrade_kit:watch(${APP})`)));
  const [answer, applied] = await Promise.all([
    twins.otp.node.eval(
      `catch release_handler:eval_appup_script(${APP}, "${to}", "${directory}", [${script.join(",\n")}])`,
    ),
    applyAsOtp(twins, prepared, options),
  ]);
  await Promise.all(twins.both.map(({ node }) => node.eval(afterwards)));
  const tries = !answer.startsWith("{ok,") ? 0 : applied.execution?.outcome === "upgraded" ? 400 : 20;
  const [otp, ours] = await settled(twins, upgradeCase, tries);
  return { script, answer, applied, otp, ours };
}

/**
 * Applies an upgrade with all findings allowed that OTP knows nothing of. What it knows is old code that is in use: it
 * refuses to purge it softly, and else kills who uses it.
 */
async function applyAsOtp({ target }: Twins, prepared: PreparedUpgrade, options: ApplyOptions): Promise<Applied> {
  const allowed = ALLOWABLE_FINDINGS.filter((code) => code !== "old-code-in-use");
  const applied = await applyUpgrade(target, prepared, { ...options, allowed });
  if (applied.refusedFor.some(({ module }) => module === undefined || purgesSoftly(prepared, module))) return applied;
  if (applied.execution !== undefined) return applied;
  return await applyUpgrade(target, prepared, { ...options, allowed: ALLOWABLE_FINDINGS });
}

const purgesSoftly = ({ upgrade }: PreparedUpgrade, module: string): boolean =>
  upgrade.script.some(
    (step) =>
      (step.instruction === "load" || step.instruction === "remove") &&
      step.module === module &&
      step.prePurge === "soft_purge",
  );

export const scriptOf = ({ upgrade }: PreparedUpgrade): string[] =>
  upgrade.script.map((instruction) => printTerm(encodeInstruction(instruction)));

/**
 * What both nodes show. A supervisor restarts a killed child a moment later than the upgrade ends, so where they differ
 * they are looked at again for a while.
 */
async function settled(twins: Twins, upgradeCase: UpgradeCase, tries: number): Promise<[Seen, Seen]> {
  let snapshots = await bothSnapshots(twins, upgradeCase);
  for (let left = tries; left > 0 && !isAlike(...snapshots); left--) {
    await delay(25);
    snapshots = await bothSnapshots(twins, upgradeCase);
  }
  const seen = async (twin: Twin, snapshot: string[]): Promise<Seen> => ({
    snapshot,
    messages: await twin.lines("upgrade_kit:watched()"),
    calls: await twin.lines("upgrade_kit:calls()"),
  });
  return [await seen(twins.otp, snapshots[0]), await seen(twins.ours, snapshots[1])];
}

async function bothSnapshots(twins: Twins, upgradeCase: UpgradeCase): Promise<[string[], string[]]> {
  return [await twins.snapshot(twins.otp, upgradeCase), await twins.snapshot(twins.ours, upgradeCase)];
}

/** What became of an upgrade on both nodes. */
export type Ending = "both upgraded" | "both failed" | "both refused" | "only OTP upgraded" | "only ours upgraded";

export function endingOf({ answer, applied }: Compared): Ending {
  const isOurs = applied.execution?.outcome === "upgraded";
  if (answer.startsWith("{ok,")) return isOurs ? "both upgraded" : "only OTP upgraded";
  if (isOurs) return "only ours upgraded";
  return applied.execution === undefined && answer.startsWith("{error,{old_processes,")
    ? "both refused"
    : "both failed";
}

/**
 * What isn't as it should be: where both upgraded, what differs between them; where ours didn't, what differs on our node
 * from before.
 */
export function faults(compared: Compared, before: readonly string[]): Difference[] {
  return compared.applied.execution?.outcome === "upgraded" ? differences(compared) : remains(before, compared);
}

/** What differs between what OTP left and what the engine left of the same upgrade. */
function differences({ otp, ours }: Compared): Difference[] {
  return [
    ...linesApart("snapshot", withoutPids(otp.snapshot), withoutPids(ours.snapshot)),
    ...linesApart("calls", otp.calls, ours.calls),
    ...linesApart("messages", otp.messages, ours.messages),
  ];
}

/** What a node that was rolled back shows otherwise than before. */
function remains(before: readonly string[], { ours, script }: Compared): Difference[] {
  const isExact = !script.some(
    (step) => /^\{(stop|start),/.test(step) || /^\{apply,\{(supervisor|gen_event|application),/.test(step),
  );
  const kept = (lines: readonly string[]): string[] => withoutOldCode(isExact ? lines : inOutline(lines));
  return linesApart("rolled back", kept(before), kept(ours.snapshot));
}

/** The pids are those of one node: they tell whether the processes are the same as before. */
const withoutPids = (lines: readonly string[]): string[] => lines.filter((line) => !line.startsWith("{pid,"));

const isAlike = (one: readonly string[], other: readonly string[]): boolean =>
  withoutPids(one).join("\n") === withoutPids(other).join("\n");

export interface Difference {
  readonly of: string;
  readonly expected: readonly string[];
  readonly found: readonly string[];
}

function linesApart(of: string, expected: readonly string[], found: readonly string[]): Difference[] {
  if (expected.join("\n") === found.join("\n")) return [];
  const only = (lines: readonly string[], others: readonly string[]): string[] => {
    const known = new Set(others);
    return lines.filter((line) => !known.has(line));
  };
  const [missing, more] = [only(expected, found), only(found, expected)];
  // The same lines in another order.
  if (missing.length === 0 && more.length === 0) return [{ of, expected, found }];
  return [{ of, expected: missing, found: more }];
}

/**
 * Old code goes with the first load, together with who still runs it, and doesn't come back: so it is in OTP, where the
 * upgrade goes well.
 */
function withoutOldCode(lines: readonly string[]): string[] {
  const others = lines.filter((line) => !line.startsWith("{lingerer,"));
  return others.map((line) => (line.startsWith("{module,") ? line.replace(/,(true|false)\}\}$/, "}}") : line));
}

/**
 * What must be as before also where a script has stopped or started children: code, code path, specification, which
 * processes there are, and that none is suspended. The processes themselves are new ones then, with new states.
 */
function inOutline(lines: readonly string[]): string[] {
  return withoutPids(lines)
    .filter((line) => !line.startsWith("{children,"))
    .map((line) => /^\{process,\w+,\{\w+,\w+\},/.exec(line)?.[0] ?? line);
}
