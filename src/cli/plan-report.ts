import { isBlocking } from "../upgrade/finding.js";
import type { Plan } from "../upgrade/plan.js";
import { EXIT } from "./exit.js";
import type { Report } from "./report.js";
import { planJson, planText } from "./views/plan.js";

/**
 * The report of one plan: refused where a finding stands in its way.
 * @param allowed codes of findings that don't
 */
export function planReport(plan: Plan, allowed: readonly string[]): Report {
  const blocking = plan.findings.filter((finding) => isBlocking(finding, allowed));
  return {
    json: planJson(plan),
    text: (paint) => planText(plan, blocking, paint),
    exitCode: blocking.length > 0 ? EXIT.refused : EXIT.done,
  };
}
