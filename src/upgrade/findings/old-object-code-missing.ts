import type { Finding } from "../finding.js";
import { changedModules } from "../upgrade.js";
import type { FindingRule } from "./context.js";

/** The object code on disk is not what is loaded, so the loaded code could not be put back after a failure. */
export const oldObjectCodeMissing: FindingRule = ({ upgrade, facts }) =>
  changedModules(upgrade.script).flatMap((module): Finding[] => {
    const loaded = facts.modules.get(module);
    const previous = upgrade.objectCode.get(module)?.previousMd5;
    if (loaded?.md5 === undefined || !upgrade.objectCode.has(module) || loaded.md5 === previous) return [];
    return [
      {
        code: "old-object-code-missing",
        severity: "warning",
        summary: `the running code of ${module} could not be put back after a failure`,
        detail:
          previous === undefined
            ? `The node says that it was loaded from ${loaded.file ?? "no file"}, which can't be read.`
            : `The file ${loaded.file ?? ""} holds other code (MD5 ${previous}) than what is loaded (${loaded.md5}). Code_change also gets the version of that file.`,
        hint:
          upgrade.kind === "modules"
            ? "Put the object code that is running back at its place first, or name a copy of it with --running FILE."
            : "Put the object code that is running back at its place before upgrading.",
        module,
        pids: [],
      },
    ];
  });
