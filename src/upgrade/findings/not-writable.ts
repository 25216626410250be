import type { Finding } from "../finding.js";
import type { UpgradeRule } from "./of-upgrade.js";

/** The node may not write where an upgrade of a release is noted, so it would be lost with a restart. */
export const notWritable: UpgradeRule = ({ inspection, upgrade }) =>
  upgrade.kind !== "release"
    ? []
    : inspection.notWritable.map((path): Finding => ({
        code: "not-writable",
        severity: "warning",
        summary: `the node may not write ${path}`,
        detail:
          "Which release runs, and which one a start boots, is written there: the upgrade can be done, but neither noted nor made permanent.",
        hint: `Let the user that the node runs as write ${path}; where the disk is read-only, put the release elsewhere.`,
        module: undefined,
        pids: [],
      }));
