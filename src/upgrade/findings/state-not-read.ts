import type { Finding } from "../finding.js";
import { namesOf } from "./context.js";
import { processesWith, type StandingRule } from "./standing.js";

/** States were to be looked through for funs, and some of them were not told. */
export const stateNotRead: StandingRule = ({ facts, inspection: { statesNotRead } }) => {
  if (statesNotRead.length === 0) return [];
  const finding: Finding = {
    code: "state-not-read",
    severity: "warning",
    summary: `the state of ${namesOf(processesWith(facts, statesNotRead))} could not be read: whether it holds a fun isn't known`,
    detail: "It did not come in time, which a large one may not, or the process's own system_get_state failed.",
    hint: "Give it longer with --timeout, or look at it on the node with sys:get_state/2.",
    module: undefined,
    pids: statesNotRead,
  };
  return [finding];
};
