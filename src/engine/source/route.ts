import type { RunningApplication } from "../../otp/application.js";
import { listReleases } from "../../release/root.js";
import { compareVersions } from "../../release/version.js";
import { ProblemError } from "../../terms/problem.js";
import type { NodeCode } from "./node-code.js";
import { loadNodeRelease, type NodeRelease } from "./node-release.js";
import { findWay } from "./way.js";

/** What is said where nothing tells how to get from one release straight to another. */
const NO_WAY: ReadonlySet<string> = new Set(["no-upgrade-path", "appup-missing"]);

/** True where an upgrade can't be made for no other reason than that nothing says how. */
export const isNoWay = (error: unknown): error is ProblemError =>
  error instanceof ProblemError && error.problems.every(({ code }) => NO_WAY.has(code));

/** The release that a node runs, and the one that is gone to, as they lie in its root. */
export interface Ends {
  readonly root: string;
  readonly running: readonly RunningApplication[];
  readonly from: NodeRelease;
  readonly to: NodeRelease;
}

/**
 * The shortest way from one release of a node's root to another by those that lie between them: the versions that are
 * gone to, one after another. All hops lead in the same direction.
 * @returns undefined where there is none
 */
export async function findRoute(node: NodeCode, ends: Ends): Promise<readonly string[] | undefined> {
  const [from, to] = [versionOf(ends.from), versionOf(ends.to)];
  const releases = await releasesBetween(node, ends);
  const routes = new Map<string, readonly string[]>([[from, []]]);
  // As it is looped over it grows: breadth first.
  for (const [at, route] of routes) {
    for (const [vsn, release] of releases) {
      if (routes.has(vsn) || compareVersions(vsn, at) * compareVersions(to, from) <= 0) continue;
      if (hasWay(releases.get(at)!, release)) routes.set(vsn, [...route, vsn]);
    }
  }
  return routes.get(to);
}

const versionOf = ({ loaded }: NodeRelease): string => loaded.rel.vsn;

function hasWay(from: NodeRelease, to: NodeRelease): boolean {
  try {
    findWay(from, to);
    return true;
  } catch (error) {
    if (error instanceof ProblemError) return false;
    throw error;
  }
}

/** The releases from one to another, each that can be read, in the order of the way; both ends are among them. */
async function releasesBetween(
  node: NodeCode,
  { root, running, from, to }: Ends,
): Promise<ReadonlyMap<string, NodeRelease>> {
  const { releases } = await listReleases(node.files, root);
  const ends = new Map([from, to].map((release) => [versionOf(release), release]));
  const [low, high] = [...ends.keys()].toSorted(compareVersions) as [string, string];
  const between = releases
    .map(({ vsn }) => vsn)
    .filter((vsn) => compareVersions(low, vsn) <= 0 && compareVersions(vsn, high) <= 0);
  const loaded = await Promise.all(
    between.map(async (vsn) => {
      try {
        return [[vsn, ends.get(vsn) ?? (await loadNodeRelease(node, root, vsn, running))] as const];
      } catch (error) {
        // One that is not whole is told when it is asked for: no way leads by it.
        if (error instanceof ProblemError) return [];
        throw error;
      }
    }),
  );
  return new Map(loaded.flat());
}
