import type { Finding } from "../finding.js";
import type { StandingRule } from "./standing.js";

const FULL_PERCENT = 95;

/** A disk of the node is almost full, as os_mon tells: a release is unpacked onto it, and journals are written. */
export const diskAlmostFull: StandingRule = ({ inspection }) =>
  inspection.disks
    .filter(({ used }) => used >= FULL_PERCENT)
    .map(({ mount, used, totalKiB }): Finding => ({
      code: "disk-almost-full",
      severity: "warning",
      summary: `${mount} is ${used}% full`,
      detail:
        `About ${Math.round((totalKiB * (100 - used)) / 100 / 1024)} MiB are left. Unpacking a release, and what a release ` +
        `handler notes of it, need room; a file that is written half is worse than none.`,
      hint: "Make room: old releases and their libraries go with `relupctl remove VSN`, crash dumps and logs by hand.",
      module: undefined,
      pids: [],
    }));
