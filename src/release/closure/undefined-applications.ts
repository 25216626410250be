import type { Problem } from "../../terms/problem.js";
import { fieldSpan } from "./loaded.js";
import type { ReleasedApplication } from "./released.js";
import { subtract } from "./subtract.js";

/**
 * What an application uses (and may not do without) or includes must be in the release.
 * Follows `systools_make:undefined_applications/1`.
 */
export function undefinedApplications(applications: readonly ReleasedApplication[]): Problem[] {
  const present = new Set(applications.map((application) => application.name));
  return applications.flatMap((application) => [
    ...subtract(application.uses, application.optional)
      .filter((name) => !present.has(name))
      .map((name) => undefinedApplication(application, "applications", name)),
    ...application.includes
      .filter((name) => !present.has(name))
      .map((name) => undefinedApplication(application, "includedApplications", name)),
  ]);
}

/** The problem of an application that needs one which the release doesn't have. */
export function undefinedApplication(
  { name, loaded }: ReleasedApplication,
  field: "applications" | "includedApplications",
  missing: string,
): Problem {
  const index = loaded.app[field]?.indexOf(missing);
  return {
    code: "undefined-application",
    severity: "error",
    summary: `${name} ${field === "applications" ? "uses" : "includes"} ${missing}, which isn't in the release`,
    hint: `Add ${missing} to the .rel, or take it out of the .app of ${name}.`,
    span: fieldSpan(loaded, field, index === undefined || index < 0 ? undefined : index),
  };
}
