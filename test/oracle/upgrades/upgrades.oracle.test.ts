import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeErlang } from "../../support/erlang.js";
import { factor, runs } from "../../support/property-runs.js";
import { drawCase } from "./application.js";
import { endingOf, faults, upgradeTwins, type Ending } from "./compare.js";
import { Draw } from "./draw.js";
import { Twins } from "./twins.js";

/** Each application goes up, down and up again, as far as it gets. */
const WAY = [2, 1, 2] as const;

/**
 * Whole upgrades of generated applications, each done twice by the same script: by OTP's release handler on one node, by
 * the engine on the other.
 */
describeErlang("upgrades of generated applications", () => {
  let twins: Twins;
  beforeAll(async () => {
    twins = await Twins.start();
  });
  afterAll(async () => {
    await twins[Symbol.asyncDispose]();
  });

  const seen = new Map<Ending, number>();

  /** What became of one application, upgrade by upgrade; ends where the nodes are no twins any more. */
  async function compare(draw: Draw): Promise<void> {
    const failing = draw.weighted<"up" | "down" | undefined>([
      [3, undefined],
      [1, "up"],
      [1, "down"],
    ]);
    const upgradeCase = drawCase(draw, failing === undefined ? {} : { failing });
    const directories = await twins.build(upgradeCase);
    try {
      await twins.startApplication(upgradeCase, directories[1]);
      for (const to of WAY) {
        const before = await twins.snapshot(twins.ours, upgradeCase);
        const compared = await upgradeTwins(twins, upgradeCase, to, directories[to]);
        const ending = endingOf(compared);
        seen.set(ending, (seen.get(ending) ?? 0) + 1);
        const { answer, script, applied } = compared;
        const { outcome, failure, notUndone } = applied.execution ?? {};
        const context = JSON.stringify({ to, ending, answer, outcome, failure, notUndone, script }, undefined, 1);
        expect(ending, context).toMatch(/^both /);
        expect(faults(compared, before), context).toEqual([]);
        if (ending === "both upgraded") continue;
        // The scripts call what can't be called back, which is said.
        const others = notUndone?.filter(({ code }) => code !== "step-not-undoable");
        expect(others ?? [], context).toEqual([]);
        const expected = notUndone?.length === 0 ? "rolled_back" : "failed";
        expect(outcome ?? "refused", context).toBe(ending === "both refused" ? "refused" : expected);
        break;
      }
    } finally {
      await twins.clean(upgradeCase);
    }
  }

  it("leaves what OTP leaves, or all as it was where both fail", { timeout: 300_000 * factor }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (generator) => {
        await compare(new Draw(generator));
      }),
      // A smaller case that fails for a reason of its own would hide why this one does.
      { numRuns: runs(40), endOnFailure: true, plugins: [fc.interruptAfterTimeLimit(240_000 * factor)] },
    );
    // Most upgrades go well; without failures nothing would be taken back.
    expect(seen.get("both upgraded")).toBeGreaterThan(25 * factor);
    expect(seen.get("both failed")).toBeGreaterThan(0);
  });
});
