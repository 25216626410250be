import type { StartType } from "../../release/instruction.js";

/**
 * What the translation needs to know of an application: the part of systools' `#application` record it reads.
 * `type` is the start type that the `.rel` gives it.
 */
export interface UpgradeApplication {
  readonly name: string;
  readonly vsn: string;
  readonly type: StartType;
  readonly modules: readonly string[];
}

/** The applications by name. Where a name occurs twice the first one counts, as in `lists:keysearch/3`. */
export function byName(applications: readonly UpgradeApplication[]): ReadonlyMap<string, UpgradeApplication> {
  const found = new Map<string, UpgradeApplication>();
  for (const application of applications) {
    if (!found.has(application.name)) found.set(application.name, application);
  }
  return found;
}

/** For every module the application that lists it; the first one, where several do. */
export function byModule(applications: readonly UpgradeApplication[]): ReadonlyMap<string, UpgradeApplication> {
  const found = new Map<string, UpgradeApplication>();
  for (const application of applications) {
    for (const module of application.modules) {
      if (!found.has(module)) found.set(module, application);
    }
  }
  return found;
}
