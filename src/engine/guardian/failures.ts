import { pidText } from "../../otp/process.js";
import { reasonWithoutStack } from "../../otp/batch.js";
import { atomName, atomNames, listElements, textOf, tupleElements } from "../../terms/access.js";
import { printTerm } from "../../terms/print.js";
import type { Problem } from "../../terms/problem.js";
import { Pid, Tuple, type Term } from "../../terms/term.js";
import type { Undone } from "./record.js";

/** The pids in the reason why something could not be taken back, as text. */
export function pidsOf(reason: Term | undefined): string[] {
  const [tag, about] = tupleElements(reason, 2) ?? [];
  if (atomName(tag) === "not_settled") return (listElements(about) ?? []).flatMap(firstAsPid);
  return (listElements(about) ?? []).flatMap((pid) => (pid instanceof Pid ? [pidText(pid)] : []));
}

const firstAsPid = (term: Term): string[] => {
  const [pid] = term instanceof Tuple ? term.elements : [];
  return pid instanceof Pid ? [pidText(pid)] : [];
};

/** What it was tried to take back, and why it could not be where it could not. */
export interface Attempted {
  readonly what: string;
  readonly problem: Problem | undefined;
}

export function whatBecame(undone: readonly Undone[]): Attempted[] {
  return undone.map(({ what, failure }) => ({
    what,
    problem: failure === undefined ? undefined : notTakenBack({ what, failure }),
  }));
}

const TRIED_AGAIN =
  "Where it was only busy, wait: the node tries again by itself, and relupctl recover says whether it has succeeded. " +
  "relupctl recover --yes tries at once, and has them begin anew where that fails too.";

/** Why something could not be taken back, in words; see `Undo` in erl/guardian/ for the reasons. */
export function notTakenBack({ what, failure }: Pick<Undone, "what"> & { readonly failure: Term }): Problem {
  const elements = failure instanceof Tuple ? failure.elements : [failure];
  const [tag, about, reason] = elements;
  const error = (code: string, summary: string, rest: { detail?: string; hint: string }): Problem => ({
    code,
    severity: "error",
    summary,
    ...rest,
  });
  switch (atomName(tag)) {
    case "not_responding":
      return error("process-not-responding", `could not ${what}: ${pidsOf(failure).join(", ")} did not answer`, {
        hint: "The node tries again by itself. See whether it has succeeded with: relupctl recover",
      });
    case "states_not_restored":
      return error("state-not-restored", `the old state of ${pidsOf(failure).join(", ")} could not be put back`, {
        detail: "They stay suspended, so that the state of one version doesn't meet the code of the other.",
        hint: TRIED_AGAIN,
      });
    case "held":
      return error("process-held", `could not ${what}: ${pidsOf(failure).join(", ")} must stay suspended`, {
        detail: "The state is of one version and the code that is loaded of another.",
        hint: TRIED_AGAIN,
      });
    case "code_stays":
      return error("state-not-restored", `could not ${what}: its old code could not be loaded`, {
        detail: "The state that the new code has made stays with the new code, and the processes stay suspended.",
        hint: "See why the old code could not be loaded, then: relupctl recover",
      });
    case "not_settled":
      return error(
        "state-not-restored",
        `${pidsOf(failure).join(", ")} would not read the old specification again (${what})`,
        {
          detail: "The supervisor goes on with the children that the new version says.",
          hint: "See the node's log for what its init/1 raises when it is called a second time.",
        },
      );
    case "missing":
      return error("code-not-restored", `could not ${what}`, {
        detail: "Its object code is not where it was loaded from, so the new code stays, with the new states.",
        hint: "Put the object code of the version before back at its place, and load it on the node.",
      });
    case "not_loaded":
      return error("load-failed", `could not ${what}: the node refused it: ${printTerm(about!)}`, {
        hint: "See the node's log for what its code server says.",
      });
    case "path_not_replaced":
      return error("code-path-not-replaced", `could not ${what}: ${printTerm(reason!)}`, {
        hint: `The directory ${textOf(about) ?? ""} must exist on the node.`,
      });
    case "strays":
      return error(
        "code-not-restored",
        `${(atomNames(about) ?? []).join(", ")} came from the new version during the upgrade, and is still run`,
        { hint: "End the processes that run it, and purge it with code:purge/1 on the node." },
      );
    case "not_started":
      return error("child-not-started", `could not ${what}: ${childrenText(about)}`, {
        hint: "See the node's log for why it ended, and start it with supervisor:restart_child/2.",
      });
    case "ended":
      return error("application-ended", `${(atomNames(about) ?? []).join(", ")} ended during the upgrade`, {
        detail: "It ran before, and it doesn't run now.",
        hint: "See the node's log for why it ended, and start it with application:start/1.",
      });
    default:
      return error("undo-failed", `could not ${what}`, {
        detail: `It raised ${printTerm(reasonWithoutStack(about ?? failure))}.`,
        hint: "See the node's log.",
      });
  }
}

/** `[{Id, Reason}]` */
function childrenText(children: Term | undefined): string {
  return (listElements(children) ?? [])
    .map((child) => {
      const [id, reason] = tupleElements(child, 2) ?? [];
      return id === undefined ? printTerm(child) : `${printTerm(id)}: ${printTerm(reasonWithoutStack(reason!))}`;
    })
    .join(", ");
}
