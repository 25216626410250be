import { ProblemError } from "../../terms/problem.js";

/** Nothing says how to get from one version to the other. */
export function noUpgradePath(what: string, from: string, to: string, detail: string): ProblemError {
  return new ProblemError([
    {
      code: "no-upgrade-path",
      severity: "error",
      summary: `there is no way from ${what} ${from} to ${to}`,
      detail,
      hint: `Write an entry for "${from}" in the .appup of the new version (and one for going back, under the versions to go down to).`,
    },
  ]);
}

/** The versions that entries are for, to be named in a message. */
export function namedVersions(entries: readonly { readonly version: { exact: string } | { regex: string } }[]): string {
  if (entries.length === 0) return "none";
  return entries
    .map(({ version }) => ("exact" in version ? `"${version.exact}"` : `<<"${version.regex}">>`))
    .join(", ");
}
