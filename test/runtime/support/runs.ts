import { vi } from "vitest";

/** What one run of a property may take on a busy machine. */
const RUN_MS = 300;

/** How often a property is tried: as `RELUPCTL_RUNS` says, else `usual`. Gives the tests of the file the time for it. */
export function propertyRuns(usual: number): number {
  const runs = Number(process.env["RELUPCTL_RUNS"] ?? usual);
  vi.setConfig({ testTimeout: 180_000 + runs * RUN_MS });
  return runs;
}

/** For what comes soon on an idle machine, and later on a busy one. */
export const PATIENTLY = { timeout: 20_000, interval: 5 };
