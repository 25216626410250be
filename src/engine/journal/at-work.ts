import { hostname } from "node:os";
import type { UpgradeHistory } from "./history.js";

/**
 * Whether the program that wrote an unfinished journal still runs. Undefined where that can't be told: it ran on another
 * host, or who it was can't be read.
 */
export function isAtWork({ begin }: UpgradeHistory): boolean | undefined {
  if (begin?.by.host !== hostname()) return undefined;
  try {
    process.kill(begin.by.pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else may not be asked, but is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
