import { printTerm } from "../../terms/print.js";
import type { Finding } from "../finding.js";
import type { FindingRule } from "./context.js";

/** The script waits for other nodes to reach the same line, which only their own release handlers can say. */
export const syncNodes: FindingRule = ({ upgrade }) =>
  upgrade.script
    .filter((step) => step.instruction === "sync_nodes")
    .map((step): Finding => ({
      code: "sync-nodes",
      severity: "error",
      summary: `the upgrade waits for other nodes (sync_nodes ${printTerm(step.id)})`,
      detail:
        "The release handlers of all the nodes named must reach this line together; from outside that can't be done.",
      hint: "Install this release with release_handler:install_release/1 on all the nodes, or upgrade without sync_nodes.",
      module: undefined,
      pids: [],
    }));
