import type { Rel } from "../records.js";
import type { ReleasedApplication } from "./released.js";

/**
 * Puts what each application uses and includes in the order of the `.rel`; what isn't in it (optional ones) comes last.
 * Follows `systools_make:sort_used_and_incl_appls/2`.
 */
export function sortUses(applications: readonly ReleasedApplication[], rel: Rel): ReleasedApplication[] {
  const position = new Map<string, number>();
  for (const [index, { name }] of rel.applications.entries()) {
    if (!position.has(name)) position.set(name, index);
  }
  const rank = (name: string): number => position.get(name) ?? rel.applications.length;
  const sorted = (names: readonly string[]): readonly string[] => [...names].sort((a, b) => rank(a) - rank(b));
  return applications.map((application) => ({
    ...application,
    includes: sorted(application.includes),
    uses: sorted(application.uses),
  }));
}
