import { equals } from "../../terms/equal.js";
import { printAtom, printTerm } from "../../terms/print.js";
import type { Term } from "../../terms/term.js";
import type { InitChild } from "../abstract-code/children-of-init.js";
import type { Finding } from "../finding.js";
import type { LowLevelInstruction } from "../../release/instruction.js";
import type { RunningSupervisor } from "../upgrade-inspection.js";
import { nameOf } from "./context.js";
import type { UpgradeRule } from "./of-upgrade.js";

/**
 * The new init/1 of a supervisor gives other children than run. An upgrade reads the new specifications only where the
 * script updates the supervisor, and even then no child is started or stopped by it (supervisor:code_change/3).
 */
export const childSpecsChanged: UpgradeRule = ({ looked, facts, upgrade }) =>
  looked.supervisors.flatMap((supervisor): Finding[] => {
    const code = looked.code.get(supervisor.module);
    const wanted = code?.next?.initChildren;
    const process = facts.processes.find(({ text }) => text === supervisor.pid);
    if (wanted === undefined || process === undefined) return [];
    const isUpdated = upgrade.script.some(
      (step) => step.instruction === "code_change" && step.modules.some(({ module }) => module === supervisor.module),
    );
    const found = differencesOf(supervisor, wanted);
    const left = { ...found, changed: isUpdated ? [] : found.changed };
    const unhandled = withoutHandled(left, upgrade.script);
    if (unhandled.added.length + unhandled.removed.length + unhandled.changed.length === 0) return [];
    return [
      {
        code: "child-specs-changed",
        severity: "warning",
        summary: `the new init/1 of ${supervisor.module} has other children than ${nameOf(process)}`,
        detail: [
          ...unhandled.added.map((id) => `${printTerm(id)} is new, and would not be started.`),
          ...unhandled.removed.map((id) => `${printTerm(id)} is no longer there, and would go on running.`),
          ...unhandled.changed.map(
            (id) => `${printTerm(id)} has another type or other modules, and would keep the old ones.`,
          ),
        ].join(" "),
        hint: hintOf(supervisor.module, process.registeredName, unhandled, isUpdated),
        module: supervisor.module,
        pids: [supervisor.pid],
      },
    ];
  });

interface Differences {
  readonly added: readonly Term[];
  readonly removed: readonly Term[];
  readonly changed: readonly Term[];
}

function differencesOf({ children }: RunningSupervisor, wanted: readonly InitChild[]): Differences {
  const has = (list: readonly { readonly id: Term }[], id: Term): boolean => list.some((each) => equals(each.id, id));
  const changed = wanted.filter(({ id, type, modules }) => {
    const running = children.find((child) => equals(child.id, id));
    if (running === undefined) return false;
    const otherType = type !== undefined && type !== running.type;
    return otherType || (modules !== undefined && String(modules) !== String(running.modules));
  });
  return {
    added: wanted.filter(({ id }) => !has(children, id)).map(({ id }) => id),
    removed: children.filter(({ id }) => !has(wanted, id)).map(({ id }) => id),
    changed: changed.map(({ id }) => id),
  };
}

/** Children that an `{apply, {supervisor, ...}}` of the script names are seen to by it. */
function withoutHandled({ added, removed, changed }: Differences, script: readonly LowLevelInstruction[]): Differences {
  const calls = script.flatMap((step) =>
    step.instruction === "apply" && step.mfa.module === "supervisor"
      ? [step.mfa.args.map((arg) => printTerm(arg)).join(" ")]
      : [],
  );
  const isLeft = (id: Term): boolean => !calls.some((call) => call.includes(printTerm(id)));
  return { added: added.filter(isLeft), removed: removed.filter(isLeft), changed };
}

/** The lines of the appup to write. */
function hintOf(
  module: string,
  registeredName: string | undefined,
  { added, removed }: Differences,
  isUpdated: boolean,
): string {
  const name = registeredName === undefined ? "Sup" : printAtom(registeredName);
  const update = `{update, ${printAtom(module)}, supervisor}`;
  const stop = removed.flatMap((id) =>
    ["terminate_child", "delete_child"].map((call) => `{apply, {supervisor, ${call}, [${name}, ${printTerm(id)}]}}`),
  );
  const start = added.map((id) => `{apply, {supervisor, restart_child, [${name}, ${printTerm(id)}]}}`);
  const isNamed = registeredName !== undefined || added.length + removed.length === 0;
  return (
    `Write in the appup ${[update, ...stop, ...start].slice(isUpdated ? 1 : 0).join(", ")}` +
    `${isUpdated ? ` after ${update}` : ""}.` +
    (isNamed ? "" : " It has no registered name: a function of yours has to find Sup, and apply calls that.")
  );
}
