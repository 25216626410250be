import type { Finding } from "../finding.js";
import type { FindingRule } from "./context.js";

/** The script loads a module for which the new version has no object code, or none that the node can read. */
export const moduleMissing: FindingRule = ({ upgrade }) =>
  [...upgrade.objectCode.values()]
    .filter((code) => code.md5 === undefined)
    .map((code): Finding => ({
      code: "module-missing",
      severity: "error",
      summary: `${code.module} would be loaded, but ${code.isPresent ? "its object code can't be read" : `${code.application} has no object code for it`}`,
      detail: code.isPresent
        ? `The node can't make code of ${code.file}: it is damaged, for another kind of node, or fails while it is loaded.`
        : `There is no file ${code.file}.`,
      hint: code.isPresent
        ? `Build ${code.application} again, and load ${code.module} by hand to see what is wrong.`
        : `Build ${code.application} again with ${code.module} in it, or take the module out of the appup.`,
      module: code.module,
      pids: [],
    }));

/** The script loads a module that the new version's .app doesn't list. */
export const moduleNotInApp: FindingRule = ({ upgrade }) =>
  [...upgrade.objectCode.values()]
    .filter((code) => code.md5 !== undefined && !code.listedInApp)
    .map((code): Finding => ({
      code: "module-not-in-app",
      severity: "warning",
      summary: `${code.module} would be loaded, but ${code.application}.app doesn't list it`,
      detail: `In embedded mode a restarted node would not load ${code.module}.`,
      hint: `Add ${code.module} to the modules of ${code.application}.app.`,
      module: code.module,
      pids: [],
    }));
