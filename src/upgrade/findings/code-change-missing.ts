import type { Finding } from "../finding.js";
import type { FindingRule } from "./context.js";

/** The script calls code_change on processes of a module that exports none, neither in its old version nor, as far as known, new. */
export const codeChangeMissing: FindingRule = ({ upgrade, coverage, facts }) =>
  coverage.flatMap(({ module, changesState, migrated }): Finding[] => {
    const exported = upgrade.objectCode.get(module)?.exportsCodeChange ?? facts.modules.get(module)?.exportsCodeChange;
    // A supervisor's state is changed by the supervisor behaviour itself.
    const callbacks = migrated.filter((process) => process.type === "worker" && process.callbackModule === module);
    if (!changesState || exported !== false || callbacks.length === 0) return [];
    return [
      {
        code: "code-change-missing",
        severity: "error",
        summary: `${module} exports no code_change, but the upgrade calls it on ${callbacks.length === 1 ? "a process" : `${callbacks.length} processes`}`,
        detail: `The instruction {update, ${module}, {advanced, Extra}} makes each process call ${module}:code_change, which doesn't exist: the upgrade would fail with undef.`,
        hint: `Write code_change in ${module}, or use {update, ${module}} or {load_module, ${module}} where the state keeps its form.`,
        module,
        pids: callbacks.map((process) => process.text),
      },
    ];
  });
