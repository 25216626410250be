import { stickyModules } from "../../otp/code-path.js";
import { compilerOfNode, ertsVersion } from "../../otp/build.js";
import { rootDir } from "../../otp/code.js";
import { whichChildrenEach } from "../../otp/supervisor.js";
import type { Target } from "../../target/target.js";
import { codeFacts } from "../../upgrade/code-facts.js";
import type { Facts } from "../../upgrade/facts.js";
import { changedModules } from "../../upgrade/upgrade.js";
import type { ModuleCode, RunningSupervisor, UpgradeInspection } from "../../upgrade/upgrade-inspection.js";
import { nodeFiles } from "../node-files.js";
import type { PreparedUpgrade } from "../prepared.js";
import { findRel } from "../source/running-release.js";
import { inspectConsolidated } from "./consolidated.js";
import { inspectUnnamed } from "./unnamed-modules.js";

/** Looks at what `doctor` judges of an upgrade besides what a plan does. Changes nothing. */
export async function inspectUpgrade(
  target: Target,
  prepared: PreparedUpgrade,
  facts: Facts,
  options: { readonly timeoutMs: number },
): Promise<UpgradeInspection> {
  const { upgrade } = prepared;
  const question = { timeoutMs: Math.max(options.timeoutMs, 10_000) };
  const files = nodeFiles(target, question);
  const changed = changedModules(upgrade.script);
  const root = upgrade.kind === "release" ? await rootDir(target, question) : undefined;
  const [sticky, nodeCompiler, running, found, unnamed, consolidated, supervisors] = await Promise.all([
    stickyModules(target, changed, question),
    compilerOfNode(target, question),
    ertsVersion(target, question),
    root === undefined ? undefined : findRel(files, `${root}/releases/${upgrade.to}`),
    inspectUnnamed(target, prepared, files, question),
    inspectConsolidated(target, upgrade, question),
    runningSupervisors(target, facts, changed, options.timeoutMs),
  ]);
  return {
    ...inspectOffline(prepared),
    ...{ sticky, nodeCompiler, unnamed, consolidated, supervisors },
    erts: found && { wanted: found.rel.erts, running },
  };
}

/** What can be told of an upgrade without the node: what its object code and its configuration say. */
export function inspectOffline({ code, config }: PreparedUpgrade): UpgradeInspection {
  return {
    code: new Map(
      [...code].map(([module, { next, previous }]): [string, ModuleCode] => [
        module,
        { next: next && codeFacts(next.bytes), previous: previous && codeFacts(previous.bytes) },
      ]),
    ),
    config: { before: config.before, after: config.after },
    ...{ sticky: [], nodeCompiler: undefined, erts: undefined, unnamed: [], supervisors: [] },
    consolidated: { replaced: [], unknown: [] },
  };
}

/** The supervisors that run a changed module, with the children they have. */
async function runningSupervisors(
  target: Target,
  facts: Facts,
  changed: readonly string[],
  timeoutMs: number,
): Promise<RunningSupervisor[]> {
  const silent = new Set(facts.anomalies.map(({ pid }) => pid));
  const supervisors = facts.processes.filter(
    ({ type, callbackModule = "", text }) =>
      type === "supervisor" && changed.includes(callbackModule) && !silent.has(text),
  );
  const answers = await whichChildrenEach(
    target,
    supervisors.map(({ pid }) => pid),
    timeoutMs,
  );
  return supervisors.flatMap(({ text, callbackModule }, index) => {
    const children = answers[index]!;
    return Array.isArray(children) ? [{ pid: text, module: callbackModule!, children }] : [];
  });
}
