import type { Finding } from "../finding.js";
import { groupBy, namesOf } from "./context.js";
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
