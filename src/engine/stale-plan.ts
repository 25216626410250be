import { whichApplications } from "../otp/application.js";
import type { CallOptions } from "../otp/invoke.js";
import type { Target } from "../target/target.js";
import type { PlanBasis } from "../upgrade/basis.js";
import { differencesOf, differenceText, type Difference } from "../upgrade/differences.js";
import type { Finding } from "../upgrade/finding.js";

/** Differences told in words; a machine is told all. */
const SHOWN = 20;

/** That a plan which was agreed on is not the one that would be executed now, and what is otherwise. */
export function stalePlan(differences: readonly Difference[]): Finding {
  const shown = differences.slice(0, SHOWN).map((each) => `- ${differenceText(each)}`);
  const more = differences.length - shown.length;
  return {
    code: "stale-plan",
    severity: "error",
    summary: "the node, the release or the findings are not what the plan was made on",
    detail: [...shown, ...(more > 0 ? [`- and ${more} more`] : [])].join("\n"),
    hint: "Make a new plan, and look at what is otherwise in it.",
    module: undefined,
    pids: [],
  };
}

/** What can be told to be otherwise on a node for which no plan could be made at all. */
export async function nodeDifferences(
  target: Target,
  agreed: PlanBasis,
  options: CallOptions = {},
): Promise<Difference[]> {
  const { node, otpRelease } = target.identity;
  const running = await whichApplications(target, options);
  const applications = Object.fromEntries(running.map(({ name, vsn }) => [name, vsn]));
  return differencesOf(agreed, { ...agreed, node, otpRelease, applications });
}
