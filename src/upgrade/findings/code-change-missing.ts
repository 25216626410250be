import { printAtom } from "../../terms/print.js";
import type { Finding } from "../finding.js";
import type { Upgrade } from "../upgrade.js";
import type { FindingRule } from "./context.js";

/** The script calls code_change on processes of a module whose code, as it is at that step, exports none. */
export const codeChangeMissing: FindingRule = ({ upgrade, coverage, facts }) =>
  coverage.flatMap(({ module, changesState, migrated }): Finding[] => {
    const exported = changedByNewCode(upgrade, module)
      ? upgrade.objectCode.get(module)?.exportsCodeChange
      : facts.modules.get(module)?.exportsCodeChange;
    // A supervisor's state is changed by the supervisor behaviour itself.
    const callbacks = migrated.filter((process) => process.type === "worker" && process.callbackModule === module);
    if (!changesState || exported !== false || callbacks.length === 0) return [];
    return [
      {
        code: "code-change-missing",
        severity: "error",
        summary: `${module} exports no code_change, but the upgrade calls it on ${callbacks.length === 1 ? "a process" : `${callbacks.length} processes`}`,
        detail: `${upgrade.kind === "modules" ? "It" : `The instruction {update, ${printAtom(module)}, {advanced, Extra}}`} makes each process call ${module}:code_change, which doesn't exist: the upgrade would fail with undef.`,
        hint: `Write code_change in ${module}, or use ${upgrade.kind === "modules" ? "--load-only" : `{update, ${printAtom(module)}} or {load_module, ${printAtom(module)}}`} where the state keeps its form.`,
        module,
        pids: callbacks.map((process) => process.text),
      },
    ];
  });

/** On the way up the new code changes the state; on the way down the code that is left does, before it is replaced. */
function changedByNewCode({ script }: Upgrade, module: string): boolean {
  const changed = script.findIndex(
    (step) => step.instruction === "code_change" && step.modules.some((each) => each.module === module),
  );
  return script.slice(0, changed).some((step) => step.instruction === "load" && step.module === module);
}
