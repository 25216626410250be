import type { Target } from "../target/target.js";
import type { Facts } from "../upgrade/facts.js";
import { makePlan, type Plan } from "../upgrade/plan.js";
import { changedModules, namedModules, type Upgrade } from "../upgrade/upgrade.js";
import { DEFAULT_TIMEOUT_MS, type CallOptions } from "../otp/invoke.js";
import { measureCosts } from "./costs.js";
import { observe } from "./observe.js";

export interface PlannedUpgrade {
  readonly plan: Plan;
  readonly facts: Facts;
}

/** The modules whose code matters to an upgrade. */
export const concernedModules = ({ script }: Upgrade): string[] => [
  ...new Set([...namedModules(script), ...changedModules(script)]),
];

/**
 * Observes the node and sets the upgrade against it. Changes nothing.
 * @param options.timeoutMs for each question to a process
 */
export async function planUpgrade(
  target: Target,
  upgrade: Upgrade,
  options: CallOptions = {},
): Promise<PlannedUpgrade> {
  const suspended = upgrade.script.flatMap((step) =>
    step.instruction === "suspend" ? step.modules.map(({ module }) => module) : [],
  );
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const facts = await observe(target, {
    modules: concernedModules(upgrade),
    probe: suspended,
    includeMissed: upgrade.includeMissed,
    choice: upgrade.choice,
    timeoutMs,
  });
  const plan = makePlan(upgrade, facts);
  return { plan: { ...plan, costs: await measureCosts(target, plan, facts, timeoutMs) }, facts };
}
