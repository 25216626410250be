import type { Finding } from "../finding.js";
import { changedModules } from "../upgrade.js";
import { groupBy, namesOf } from "./context.js";
import type { UpgradeRule } from "./of-upgrade.js";
import { processesWith, type StandingRule } from "./standing.js";

/** A state holds a fun whose code is no longer the current one. A purge takes no notice of it: the next call fails. */
export const staleFunInState: StandingRule = ({ facts, inspection }) => {
  const stale = (inspection.funs ?? []).filter(({ isCurrent }) => !isCurrent);
  return [...groupBy(stale, ({ module }) => module)].map(([module, funs]): Finding => {
    const pids = [...new Set(funs.map(({ pid }) => pid))];
    return {
      code: "fun-in-state",
      severity: "error",
      summary: `the state of ${namesOf(processesWith(facts, pids))} holds a fun of code of ${module} that isn't current any more`,
      detail:
        `A fun belongs to the version of the module that made it. Once that is purged, which the next upgrade of the module ` +
        `does at the latest, calling the fun fails with badfun.`,
      hint: `Keep {Module, Function, Arguments} or fun Module:Function/Arity in a state instead, which finds the code by name; until then have the fun made anew.`,
      module,
      pids,
    };
  });
};

/** A state holds funs of a module that the upgrade changes: they stay of the old code, and break when that is purged. */
export const changedFunInState: UpgradeRule = ({ facts, inspection, upgrade }) => {
  const changed = new Set(changedModules(upgrade.script));
  const found = (inspection.funs ?? []).filter(({ isCurrent, module }) => isCurrent && changed.has(module));
  return [...groupBy(found, ({ module }) => module)].map(([module, funs]): Finding => {
    const pids = [...new Set(funs.map(({ pid }) => pid))];
    return {
      code: "fun-in-state",
      severity: "warning",
      summary: `the state of ${namesOf(processesWith(facts, pids))} holds a fun of ${module}, which would be changed`,
      detail: `The fun stays one of the old code. It works until that is purged, and the call after that fails with badfun.`,
      hint: `Have code_change of its holder make the fun anew, or keep {Module, Function, Arguments} or fun Module:Function/Arity in the state.`,
      module,
      pids,
    };
  });
};
