import type { OnFailure } from "../../../src/engine/after-failure.js";
import { applyUpgrade, type Applied } from "../../../src/engine/apply.js";
import type { Timeouts } from "../../../src/engine/context.js";
import { StepFailure } from "../../../src/engine/failure.js";
import type { FileJournal } from "../../../src/engine/journal/file-journal.js";
import type { Act } from "../../../src/engine/journal/journal.js";
import { openJournal } from "../../../src/engine/journal/open.js";
import type { PreparedUpgrade } from "../../../src/engine/prepared.js";
import type { Target } from "../../../src/target/target.js";

/** A moment of an upgrade: just before an act, when it has been written down; or just after it. */
export type Moment = "before" | "after";

/** Acts by number: 0 is what is done before the first step, then the steps, then what is done after the last one. */
export const indexOf = (act: Act, steps: number): number =>
  act.kind === "before_steps" ? 0 : act.kind === "step" ? act.step.index + 1 : steps + 1;

/** What a hook throws for the act to fail. */
export const fault = (): StepFailure =>
  new StepFailure({ code: "step-failed", summary: "a fault that the test makes", hint: "None." });

export type Hook = (moment: Moment, act: number) => Promise<void> | void;

/** Upgrades, and calls the hook before and after each act. What the hook throws is the failure of the act. */
export async function upgrade(
  target: Target,
  prepared: PreparedUpgrade,
  options: {
    readonly journal: string;
    readonly hook?: Hook;
    readonly leaseMs?: number;
    readonly timeouts?: Timeouts;
    readonly onFailure?: OnFailure;
  },
): Promise<Applied> {
  const { journal: directory, hook, leaseMs, timeouts, onFailure } = options;
  return await applyUpgrade(target, prepared, {
    ...(timeouts !== undefined && { timeouts }),
    ...(onFailure !== undefined && { onFailure }),
    ...(leaseMs !== undefined && { leaseMs }),
    openJournal: async (opening) => {
      const journal = await openJournal(directory, opening, { command: "apply", version: "0.0.0" });
      return hook === undefined ? journal : hooked(journal, opening.plan.steps.length, hook);
    },
  });
}

function hooked(journal: FileJournal, steps: number, hook: Hook): FileJournal {
  const intent = journal.intent.bind(journal);
  const outcome = journal.outcome.bind(journal);
  journal.intent = async (act) => {
    await intent(act);
    await hook("before", indexOf(act, steps));
  };
  journal.outcome = async (act, result) => {
    await outcome(act, result);
    await hook("after", indexOf(act, steps));
  };
  return journal;
}
