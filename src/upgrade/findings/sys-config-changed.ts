import { configurationDifferences } from "../configuration.js";
import type { UpgradeRule } from "./of-upgrade.js";

/** The new release has another configuration, which the upgrade puts into the applications' environments. */
export const sysConfigChanged: UpgradeRule = ({ looked: { config }, upgrade }) => {
  const lines = configurationDifferences(config.before, config.after);
  if (lines.length === 0) return [];
  return [
    {
      code: "sys-config-changed",
      severity: "info",
      summary: `sys.config of ${upgrade.name} ${upgrade.to} differs in ${lines.length === 1 ? "a key" : `${lines.length} keys`}`,
      detail: lines.join("\n"),
      hint: "Each application with a changed key is told in config_change/3; one that read the key at its start, and has no such function, goes on with the old value.",
      module: undefined,
      pids: [],
    },
  ];
};
