import type { Finding } from "../finding.js";
import type { UpgradeRule } from "./of-upgrade.js";

/** Consolidated protocols belong to no application, so no appup loads them, and an appup may load what they stand for. */
export const consolidatedProtocols: UpgradeRule = (context) => [...changed(context), ...replaced(context)];

const changed: UpgradeRule = ({ looked: { consolidated } }) => {
  const { changed: modules, directory = "" } = consolidated;
  if (modules.length === 0) return [];
  const finding: Finding = {
    code: "consolidated-protocols",
    severity: "warning",
    summary: `${modules.length === 1 ? "a consolidated protocol" : `${modules.length} consolidated protocols`} of the new release would not be loaded`,
    detail:
      `${modules.join(", ")}: Mix puts protocols with all their implementations into ${directory}, which is no ` +
      `application's ebin. Until a restart the node would go on with the old ones, which don't know new implementations.`,
    hint: `After the upgrade load each by hand: relupctl swap ${directory}/${modules[0]!}.beam.`,
    module: modules.length === 1 ? modules[0] : undefined,
    pids: [],
  };
  return [finding];
};

const replaced: UpgradeRule = ({ looked: { consolidated } }) =>
  consolidated.replaced.map((module): Finding => ({
    code: "consolidated-protocols",
    severity: "warning",
    summary: `${module} runs consolidated, and would be replaced by what its application has`,
    detail:
      "The module in the application's ebin looks for implementations while it runs, which is slow, and finds only those of modules that are loaded.",
    hint: `Take ${module} out of the appup, and load the consolidated one of the new release by hand.`,
    module,
    pids: [],
  }));
