import { printAtom } from "../../terms/print.js";
import type { Finding } from "../finding.js";
import type { UpgradeRule } from "./of-upgrade.js";

/** In embedded mode no code is loaded on demand: a new module that no instruction loads isn't there. */
export const embeddedMode: UpgradeRule = ({ looked, inspection }) =>
  inspection.mode !== "embedded"
    ? []
    : looked.unnamed
        .filter(({ change }) => change === "added")
        .map(({ module, application }): Finding => ({
          code: "embedded-mode",
          severity: "error",
          summary: `${module} is new in ${application}, but no instruction loads it`,
          detail:
            "The node runs in embedded mode (-mode embedded), in which code is only loaded at the start and by an upgrade: a call of the module would fail with undef.",
          hint: `Write {add_module, ${printAtom(module)}} in ${application}.appup, and {delete_module, ${printAtom(module)}} for the way back.`,
          module,
          pids: [],
        }));
