import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const SCRIPT = join(import.meta.dirname, "support", "hot-swaps.ts");
const SWAPS = Number(process.env["RELUPCTL_SWAPS"] ?? 2000);

describe("code that was purged", () => {
  it("is collected: thousands of hot swaps don't grow the heap", async () => {
    const args = ["--expose-gc", "--import", "tsx", SCRIPT, String(SWAPS)];
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      cwd: join(import.meta.dirname, "..", ".."),
    });
    const result = JSON.parse(stdout) as { tracked: number; alive: number; grownBytes: number; state: string };
    expect(result.tracked).toBe(SWAPS);
    // The current version and the old one, which nobody purged yet.
    expect(result.alive).toBe(2);
    // Each version weighs about 100 kB as source, strings and arrays: 2,000 that stay would be 200 MB.
    expect(result.grownBytes).toBeLessThan(2_000_000);
    expect(result.state).toBe(String(SWAPS));
  });
});
