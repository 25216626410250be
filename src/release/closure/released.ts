import type { Problem } from "../../terms/problem.js";
import type { StartType } from "../instruction.js";
import { fieldSpan, type LoadedApplication, type LoadedRelease } from "./loaded.js";

/** An application as a release runs it: its `.app`, with what the `.rel` overrides. systools' `#application` record. */
export interface ReleasedApplication {
  readonly name: string;
  readonly vsn: string;
  readonly type: StartType;
  readonly modules: readonly string[];
  /** What must be started before it: `applications`. */
  readonly uses: readonly string[];
  /** Which of `uses` may be missing: `optional_applications`. */
  readonly optional: readonly string[];
  /** `included_applications`, or what the `.rel` gives instead. */
  readonly includes: readonly string[];
  readonly loaded: LoadedApplication;
}

/**
 * The applications of a release, in the order of the `.rel`. Follows `systools_make:parse_application/4` and
 * `override_include/3`: the `.rel` may leave out included applications, not add any.
 */
export function releasedApplications(
  { rel, manifest, applications }: LoadedRelease,
  problems: Problem[],
): ReleasedApplication[] {
  // systools looks the included applications up by name, so the first entry of a name that has any counts for all.
  const overrides = new Map<string, readonly string[]>();
  for (const { name, includedApplications } of rel.applications) {
    if (includedApplications !== undefined && !overrides.has(name)) overrides.set(name, includedApplications);
  }
  return applications.map((loaded, index): ReleasedApplication => {
    const { app, entry } = loaded;
    const declared = app.includedApplications ?? [];
    const includes = overrides.get(app.name) ?? declared;
    for (const name of includes) {
      if (declared.includes(name)) continue;
      problems.push({
        code: "included-application-not-declared",
        severity: "error",
        summary: `the release includes ${name} in ${app.name}, whose .app doesn't`,
        detail: `A .rel may leave out included applications of ${app.name}, but not add any.`,
        hint: `Add ${name} to the included_applications of ${app.name}, in ${fieldSpan(loaded, "includedApplications").file}.`,
        span: manifest.locate(["applications", index, "includedApplications"]),
      });
    }
    return {
      name: app.name,
      vsn: app.vsn,
      type: entry.type ?? "permanent",
      modules: app.modules,
      uses: app.applications,
      optional: app.optionalApplications ?? [],
      includes,
      loaded,
    };
  });
}
