import type { Applied } from "../../engine/apply.js";
import type { Problem } from "../../terms/problem.js";
import { checksum } from "../../upgrade/checksum.js";
import { isBlocking } from "../../upgrade/finding.js";
import type { Plan } from "../../upgrade/plan.js";
import { applyJson, applyText } from "./apply.js";
import { findingsJson } from "./finding.js";
import { wrap, type Paint } from "./paint.js";
import { planJson, planText, stepJson } from "./plan.js";
import { problemJson, problemText } from "./problem.js";

/** `counter 0.1.0 -> 0.2.0 -> 0.3.0 on node@host, in 2 hops`. */
const titleOf = (name: string, node: string, way: readonly string[], paint: Paint): string =>
  wrap(`${paint.strong(`${name} ${way.join(" -> ")}`)} on ${node}, in ${way.length - 1} hops`, paint.width, 2, 0);

const hopTitle = (index: number, count: number, paint: Paint): string => paint.strong(`Hop ${index + 1} of ${count}`);

const wayOf = (plans: readonly Plan[]): string[] => [plans[0]!.upgrade.from, ...plans.map(({ upgrade }) => upgrade.to)];

function headJson(first: Plan, way: readonly string[]): object {
  const { name, kind, direction } = first.upgrade;
  return { node: first.node, kind, name, from: way[0], to: way.at(-1), direction, via: way.slice(1, -1) };
}

/** Plans of several hops as JSON: each whole, and their steps and findings with the number of the hop, from 0. */
export function planHopsJson(plans: readonly Plan[]): object {
  return {
    ...headJson(plans[0]!, wayOf(plans)),
    steps: plans.flatMap(({ steps }, hop) => steps.map((step) => ({ hop, ...stepJson(step) }))),
    findings: plans.flatMap(({ findings }, hop) => findingsJson(findings).map((finding) => ({ hop, ...finding }))),
    hops: plans.map(planJson),
    digest: checksum(plans.map(({ digest }) => digest)),
  };
}

/** The same for people. */
export function planHopsText(plans: readonly Plan[], allowed: readonly string[], paint: Paint): string {
  const [first] = plans as readonly [Plan];
  const parts = [
    titleOf(first.upgrade.name, first.node, wayOf(plans), paint),
    wrap(
      "The later hops are shown as far as they can be told from what runs now. Each is planned anew when it is its turn.",
      paint.width,
      0,
    ),
  ];
  for (const [index, plan] of plans.entries()) {
    const blocking = plan.findings.filter((finding) => isBlocking(finding, allowed));
    parts.push(`${hopTitle(index, plans.length, paint)}\n${planText(plan, blocking, paint)}`);
  }
  return parts.join("\n\n");
}

/** What became of an upgrade in several hops: of those that were begun, and why the next one was not. */
export interface AppliedHops {
  /** The versions from the first one on, as it was asked for. */
  readonly way: readonly string[];
  readonly applied: readonly [Applied, ...Applied[]];
  /** What kept the hop after those from being begun. */
  readonly stopped: Problem | undefined;
}

/** The version that the node runs after it: of the last hop that was done. */
export const runsAfter = ({ way, applied }: AppliedHops): string =>
  way[applied.filter(({ execution }) => execution?.outcome === "upgraded").length]!;

/** True where all hops were done. */
export const isThere = (hops: AppliedHops): boolean => runsAfter(hops) === hops.way.at(-1);

/** What `apply` did in several hops, as JSON: `result` is that of the last hop that was begun. */
export function applyHopsJson(hops: AppliedHops): object {
  const { way, applied, stopped } = hops;
  const documents = applied.map((each) => applyJson(each) as ApplyJson);
  const sum = (key: keyof ApplyJson["processes"]): number =>
    documents.reduce((total, { processes }) => total + processes[key], 0);
  const most = (key: "p50Ms" | "p99Ms" | "maxMs"): number =>
    Math.max(...documents.map(({ suspension }) => suspension[key]));
  const last = documents.at(-1)!;
  return {
    ...headJson(applied[0].plan, way),
    result: stopped === undefined ? last.result : "refused",
    runs: runsAfter(hops),
    steps: documents.flatMap(({ steps }, hop) => steps.map((step) => ({ hop, ...step }))),
    findings: documents.flatMap(({ findings }, hop) => findings.map((finding) => ({ hop, ...finding }))),
    processes: {
      ...{ migrated: sum("migrated"), reloaded: sum("reloaded"), missed: sum("missed") },
      ...{ dead: sum("dead"), failed: sum("failed") },
    },
    suspension: {
      count: documents.reduce((total, { suspension }) => total + suspension.count, 0),
      ...{ p50Ms: most("p50Ms"), p99Ms: most("p99Ms"), maxMs: most("maxMs") },
    },
    hops: documents,
    failure: stopped === undefined ? last.failure : problemJson(stopped),
    durationMs: documents.reduce((total, { durationMs }) => total + durationMs, 0),
  };
}

/** The keys of `applyJson` that are put together here. */
interface ApplyJson {
  readonly result: string;
  readonly steps: readonly object[];
  readonly findings: readonly object[];
  readonly processes: Readonly<Record<"migrated" | "reloaded" | "missed" | "dead" | "failed", number>>;
  readonly suspension: Readonly<Record<"count" | "p50Ms" | "p99Ms" | "maxMs", number>>;
  readonly failure: object | null;
  readonly durationMs: number;
}

/** The same for people, with what runs in the end. */
export function applyHopsText(hops: AppliedHops, paint: Paint): string {
  const { way, applied, stopped } = hops;
  const { plan } = applied[0];
  const count = way.length - 1;
  const parts = [titleOf(plan.upgrade.name, plan.node, way, paint)];
  for (const [index, each] of applied.entries()) {
    parts.push(`${hopTitle(index, count, paint)}\n${applyText(each, paint)}`);
  }
  if (stopped !== undefined) parts.push(`${hopTitle(applied.length, count, paint)}\n${problemText(stopped, paint)}`);
  parts.push(wrap(conclusion(hops, paint), paint.width, 0));
  return parts.join("\n\n");
}

function conclusion(hops: AppliedHops, paint: Paint): string {
  const { way, applied, stopped } = hops;
  const [from, runs] = [way[0]!, runsAfter(hops)];
  if (isThere(hops)) {
    return `${paint.good(`All ${way.length - 1} hops are done`)}: the node runs ${runs}. A rollback takes back the last one.`;
  }
  const at = applied.length + (stopped === undefined ? 0 : 1);
  const last = applied.at(-1)!.execution;
  if (stopped === undefined && last !== undefined && last.outcome !== "rolled_back") {
    return paint.bad(`Hop ${at} failed: the node needs attention (see above). Before it, the node ran ${runs}.`);
  }
  if (runs === from) return paint.bad(`Hop 1 was not done: the node runs ${from} as before.`);
  return (
    `${paint.bad(`Hop ${at} was not done: the node stays at ${runs}`)}, which the hop before has led to. ` +
    `Go on with relupctl apply ${way.at(-1)!}, or back with relupctl rollback, which takes the last hop back.`
  );
}
