import type { LowLevelInstruction } from "../../release/instruction.js";
import { compareVersions } from "../../release/version.js";
import { makeRelup } from "../../upgrade/relup.js";
import type { NodeRelease } from "./node-release.js";

/** The way from one release to another: by which script, and where that came from. */
export interface Way {
  readonly direction: "up" | "down";
  readonly origin: "relup" | "appup";
  readonly script: readonly LowLevelInstruction[];
}

/**
 * The way from one release to another: by the relup of the higher release where there is one with an entry for the other
 * (as `release_handler:get_rh_script/4`), else by the appups.
 * @throws ProblemError where no way leads there, or a manifest on it is invalid
 */
export function findWay(from: NodeRelease, to: NodeRelease): Way {
  const up = to.relup?.record.upFrom.find(({ vsn }) => vsn === from.loaded.rel.vsn);
  if (up !== undefined) return { direction: "up", origin: "relup", script: up.script };
  const down = from.relup?.record.downTo.find(({ vsn }) => vsn === to.loaded.rel.vsn);
  if (down !== undefined) return { direction: "down", origin: "relup", script: down.script };
  const isUp = compareVersions(to.loaded.rel.vsn, from.loaded.rel.vsn) > 0;
  const [top, base] = isUp ? [to, from] : [from, to];
  const bases = [{ release: base.loaded }];
  const { relup } = makeRelup({
    top: top.loaded,
    upFrom: isUp ? bases : [],
    downTo: isUp ? [] : bases,
    appups: top.appups,
  });
  const [entry] = isUp ? relup.upFrom : relup.downTo;
  return { direction: isUp ? "up" : "down", origin: "appup", script: entry!.script };
}
