import type { ReleasedApplication } from "../../release/closure/released.js";
import type { LoadedRelease } from "../../release/closure/loaded.js";
import type { Instruction } from "../../release/instruction.js";
import type { AppupOutline, OutlineEntry } from "../../release/outline.js";
import type { Rel } from "../../release/records.js";
import { decodeScript } from "../../release/script.js";
import { ProblemError, type Problem, type Span } from "../../terms/problem.js";
import { findAppupEntry } from "../appup-entry.js";
import { collect, throwAll } from "./collect.js";
import { firstByName, type RelupInput } from "./input.js";

/** A script of one application, or one that its coming or going needs. */
export interface SourcedScript {
  readonly instructions: readonly Instruction[];
  /** Where an instruction was written; undefined for one that wasn't. */
  locate(index: number): Span | undefined;
}

export interface CollectedScripts {
  readonly scripts: readonly SourcedScript[];
  readonly warnings: readonly Problem[];
}

/**
 * The scripts of the appups for one base: one for each application that both releases have, in different versions, in
 * the order in which the applications of the top release start. Follows `systools_relup:collect_appup_scripts/5`.
 *
 * @throws ProblemError with the problems of all appups
 */
export function appupScripts(
  direction: "up" | "down",
  applications: readonly ReleasedApplication[],
  base: LoadedRelease,
  appups: RelupInput["appups"],
): CollectedScripts {
  const baseVersions = firstByName(base.rel.applications.map(({ name, vsn }) => [name, vsn]));
  const scripts: SourcedScript[] = [];
  const warnings: Problem[] = [];
  const problems: Problem[] = [];
  for (const application of applications) {
    const baseVsn = baseVersions.get(application.name);
    if (baseVsn === undefined || baseVsn === application.vsn) continue;
    collect(problems, () => {
      const appup = appups.get(application.loaded);
      if (appup === undefined) throw new ProblemError([noAppup(application, baseVsn)]);
      if (appup.vsn !== application.vsn) warnings.push(otherVersion(appup, application));
      const entry = findAppupEntry(appup, direction === "up" ? "upFrom" : "downTo", baseVsn);
      if (entry === undefined) throw new ProblemError([noEntry(direction, appup, application, baseVsn)]);
      scripts.push(sourced(entry));
    });
  }
  throwAll(problems);
  return { scripts, warnings };
}

function sourced({ script, locateScript }: OutlineEntry): SourcedScript {
  const decoded = decodeScript(script, locateScript);
  if (!decoded.ok) throw new ProblemError(decoded.problems);
  return { instructions: decoded.instructions, locate: (index) => locateScript([index]) };
}

/**
 * A script for each application that only the release gone to has. Follows
 * `systools_relup:prepend_add_app_scripts/4`.
 */
export function addedApplications(from: Rel, to: LoadedRelease): SourcedScript[] {
  return onlyIn(to, from, ({ name, type }) => ({
    instruction: "add_application",
    application: name,
    type: type ?? "permanent",
  }));
}

/** A script for each application that only the release left has. Follows `systools_relup:append_remove_app_scripts/4`. */
export function removedApplications(from: LoadedRelease, to: Rel): SourcedScript[] {
  return onlyIn(from, to, ({ name }) => ({ instruction: "remove_application", application: name }));
}

function onlyIn(
  { rel, manifest }: LoadedRelease,
  other: Rel,
  instruction: (application: Rel["applications"][number]) => Instruction,
): SourcedScript[] {
  const names = new Set(other.applications.map(({ name }) => name));
  return rel.applications.flatMap((application, index) => {
    if (names.has(application.name)) return [];
    return [{ instructions: [instruction(application)], locate: () => manifest.locate(["applications", index]) }];
  });
}

function noAppup({ name, vsn, loaded }: ReleasedApplication, baseVsn: string): Problem {
  return {
    code: "appup-missing",
    severity: "error",
    summary: `${name} changes between ${baseVsn} and ${vsn}, but has no appup`,
    detail: `It was looked for beside ${loaded.manifest.file}.`,
    hint: `Write ${name}.appup there, with an entry for ${baseVsn}.`,
    span: loaded.manifest.locate(["vsn"]),
  };
}

function otherVersion(appup: AppupOutline, { name, vsn }: ReleasedApplication): Problem {
  const span = appup.locateVsn();
  return {
    code: "appup-version-mismatch",
    severity: "warning",
    summary: `the appup of ${name} is for version ${appup.vsn ?? "that is no string"}, its .app for ${vsn}`,
    detail: "OTP uses it all the same.",
    hint: `Write "${vsn}" if the appup belongs to this version.`,
    ...(span === undefined ? {} : { span }),
  };
}

function noEntry(
  direction: "up" | "down",
  appup: AppupOutline,
  { name, vsn }: ReleasedApplication,
  baseVsn: string,
): Problem {
  const entries = direction === "up" ? appup.upFrom : appup.downTo;
  const versions = entries.map(({ version }) => ("exact" in version ? version.exact : `<<"${version.regex}">>`));
  const span = appup.locateVsn();
  return {
    code: "no-upgrade-path",
    severity: "error",
    summary:
      direction === "up"
        ? `the appup of ${name} ${vsn} has no entry to upgrade from ${baseVsn}`
        : `the appup of ${name} ${vsn} has no entry to downgrade to ${baseVsn}`,
    detail: versions.length === 0 ? "It has no entries at all there." : `It has entries for ${versions.join(", ")}.`,
    hint: `Add {"${baseVsn}", [...]} to ${direction === "up" ? "the first" : "the second"} list of ${appup.file}.`,
    ...(span === undefined ? {} : { span }),
  };
}
