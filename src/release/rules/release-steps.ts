import type { Rel } from "../records.js";
import { applicationOf, type CheckContext, type CheckedApplication } from "./context.js";
import { pickEntry } from "./versions.js";

/** An application that changes on the way from a release to a later one, where no relup says how. */
export interface ReleaseStep {
  readonly from: Rel;
  readonly to: Rel;
  /** Whether no release lies between the two. */
  readonly isNext: boolean;
  /** The application as `to` has it. */
  readonly application: CheckedApplication;
  /** Its version in `from`. */
  readonly oldVsn: string;
  /** Which entry of its appup is for that version. */
  readonly entry: number | "none" | "unknown";
}

/**
 * Every change of an application from a release to any later one of the same name. A change that the next release
 * already asks for is left out of the others.
 */
export function releaseSteps(context: CheckContext): ReleaseStep[] {
  return context.releases.flatMap(({ rels, relup }, index) =>
    rels.flatMap(({ record: to }) => {
      const earlier = context.releases
        .slice(0, index)
        .flatMap((release) => release.rels.map(({ record }) => record))
        .filter(({ name }) => name === to.name)
        .reverse();
      const byRelup = new Set(relup?.record.upFrom.map(({ vsn }) => vsn));
      const told = new Set<string>();
      return earlier
        .flatMap((from, distance) => (byRelup.has(from.vsn) ? [] : changes(context, from, to, distance === 0)))
        .filter(({ application, oldVsn }) => {
          const key = JSON.stringify([application.name, oldVsn]);
          return !told.has(key) && told.add(key);
        });
    }),
  );
}

function changes(context: CheckContext, from: Rel, to: Rel, isNext: boolean): ReleaseStep[] {
  const oldVersions = new Map(from.applications.map(({ name, vsn }) => [name, vsn]));
  return to.applications.flatMap(({ name, vsn }) => {
    const oldVsn = oldVersions.get(name);
    const application = applicationOf(context, name, vsn);
    if (oldVsn === undefined || oldVsn === vsn || application === undefined) return [];
    const entry = application.appup === undefined ? "none" : pickEntry(application.appup.record.upFrom, oldVsn);
    return [{ from, to, isNext, application, oldVsn, entry }];
  });
}
