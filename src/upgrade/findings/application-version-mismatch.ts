import type { Finding } from "../finding.js";
import type { InspectedApplication } from "../inspection.js";
import type { StandingRule } from "./standing.js";

/** An application has other versions where it is loaded, on disk, and in the release. */
export const applicationVersionMismatch: StandingRule = ({ inspection }) =>
  inspection.applications
    .filter(({ vsn, vsnOnDisk = vsn, vsnInRelease = vsn }) => vsn !== vsnOnDisk || vsn !== vsnInRelease)
    .map((application): Finding => ({
      code: "application-version-mismatch",
      severity: "warning",
      summary: `${application.name} is loaded in version ${application.vsn}, but ${others(application, inspection.release)}`,
      detail:
        "An upgrade picks the appup entry for one version and reads the old code and its vsn from disk: where they " +
        "disagree, the wrong entry may be taken, and code_change may be told a wrong version. A restart would run " +
        "another version than the one that runs now.",
      hint:
        application.vsn === (application.vsnOnDisk ?? application.vsn)
          ? `Install a release that has ${application.name} ${application.vsn}, or restart the node into the release it is meant to run.`
          : `Put the directory of ${application.name} ${application.vsn} back (${application.directory ?? "its directory"} holds another version); give each version a directory of its own.`,
      module: undefined,
      pids: [],
    }));

function others(
  { vsn, vsnOnDisk, vsnInRelease, directory }: InspectedApplication,
  release: { readonly name: string; readonly vsn: string } | undefined,
): string {
  const said: string[] = [];
  if (vsnOnDisk !== undefined && vsnOnDisk !== vsn) said.push(`${directory ?? "its directory"} holds ${vsnOnDisk}`);
  if (vsnInRelease !== undefined && vsnInRelease !== vsn) {
    said.push(`the release ${release === undefined ? "" : `${release.name} ${release.vsn} `}has ${vsnInRelease}`);
  }
  return said.join(", and ");
}
