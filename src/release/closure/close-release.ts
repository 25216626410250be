import { ProblemError, type Problem } from "../../terms/problem.js";
import { duplicateIncludes, duplicateModules, duplicateRegisteredNames } from "./duplicates.js";
import { useTopApplications } from "./included.js";
import type { LoadedRelease } from "./loaded.js";
import { releasedApplications, type ReleasedApplication } from "./released.js";
import { sortUses } from "./sort-uses.js";
import { startOrder } from "./start-order.js";
import { undefinedApplications } from "./undefined-applications.js";

/**
 * Checks that the applications of a release fit together, and gives them in the order in which they start. Follows
 * `systools_make:get_release/2` after the files are read. Compiled modules aren't looked for: it doesn't either.
 *
 * @throws ProblemError with everything that is wrong
 */
export function closeRelease(release: LoadedRelease): readonly ReleasedApplication[] {
  const problems: Problem[] = [];
  const applications = releasedApplications(release, problems);
  problems.push(
    ...undefinedApplications(applications),
    ...duplicateRegisteredNames(applications),
    ...duplicateIncludes(applications),
    ...duplicateModules(applications),
  );
  if (problems.length > 0) throw new ProblemError(problems as [Problem, ...Problem[]]);
  return startOrder(sortUses(useTopApplications(applications), release.rel));
}
