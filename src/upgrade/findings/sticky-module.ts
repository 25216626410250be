import type { UpgradeRule } from "./of-upgrade.js";

/** A changed module lies in a directory that is sticky: the code server refuses to replace its code. */
export const stickyModule: UpgradeRule = ({ looked }) =>
  looked.sticky.map((module) => ({
    code: "sticky-module",
    severity: "error",
    summary: `${module} is in a sticky directory, so the node refuses to load another version of it`,
    detail: "The directories of kernel, stdlib and compiler are sticky: {error, sticky_directory}.",
    hint: "Upgrade these applications with a restart; code:unstick_mod(Module) is for debugging.",
    module,
    pids: [],
  }));
