import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { applyUpgrade, type ApplyOptions } from "../../../src/engine/apply.js";
import type { Execution } from "../../../src/engine/execution.js";
import { Guardian } from "../../../src/engine/guardian/guardian.js";
import { holderOf } from "../../../src/engine/guardian/holder.js";
import { buildApplications, type BuiltApplications } from "../../support/erlang-application.js";
import { describeErlang } from "../../support/erlang.js";
import { until } from "../../support/peer.js";
import { BEFORE, startPaced, type PacedNode } from "./paced.js";

const HELD = { extra: "{hold, paced_2}" };

/** Keeps this thread from going on, as if the program were stopped. */
const standStill = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

describeErlang("an upgrade and what it may take", () => {
  let built: BuiltApplications;
  let paced: PacedNode;
  beforeAll(async () => {
    built = await buildApplications(["paced-1", "paced-2"]);
    paced = await startPaced(built);
  });
  afterEach(async () => {
    vi.useRealTimers();
    expect(await paced.look()).toBe(BEFORE);
  });
  afterAll(async () => {
    await paced[Symbol.asyncDispose]();
    await built[Symbol.asyncDispose]();
  });

  /** Time passes only as the test says: when the code_change is at work, and stays there until its step is given up. */
  const timePassesWhileHeld = (ms: number): ApplyOptions => {
    vi.useFakeTimers({ toFake: ["performance"] });
    return {
      timeouts: { codeChangeMs: 50_000 },
      onProgress: (event) => {
        if (event.kind === "step_started" && event.step.instruction.instruction === "code_change")
          void paced.held().then(() => vi.advanceTimersByTime(ms));
        if (event.kind === "step_failed") void paced.goOn();
      },
    };
  };

  it("is refused where processes would be suspended for longer than they may be", async () => {
    const applied = await applyUpgrade(paced.target, await paced.prepare("2"), { maxSuspensionMs: 0.001 });
    expect(applied.refusedFor).toMatchObject([{ code: "suspension-too-long", severity: "error" }]);
    expect(applied.refusedFor[0]?.summary).toContain("3 processes would be suspended for at least");
  });

  it("is taken back, in the middle of a step, where they are suspended for longer", async () => {
    const { execution } = await applyUpgrade(paced.target, await paced.prepare("2", HELD), {
      ...timePassesWhileHeld(700),
      maxSuspensionMs: 500,
    });
    expect(execution).toMatchObject({
      outcome: "rolled_back",
      failure: { code: "suspension-too-long" },
      notUndone: [],
    });
    expect(execution?.steps.map(({ status }) => status)).toEqual([
      ...["done", "done", "done", "done"],
      ...["failed", "not_executed"],
    ]);
  });

  it("is taken back between two steps, where they are suspended for longer", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const { execution } = await applyUpgrade(paced.target, await paced.prepare("2"), {
      maxSuspensionMs: 500,
      onProgress: (event) => {
        // As on a machine that is too busy to go on.
        if (event.kind === "step_done" && event.step.instruction.instruction === "load") vi.advanceTimersByTime(700);
      },
    });
    expect(execution).toMatchObject({ outcome: "rolled_back", failure: { code: "suspension-too-long" } });
    expect(execution?.steps.at(-2)?.status).toBe("failed");
  });

  it("is taken back by the node where its client stands still for longer than the lease, which is told as that", async () => {
    let execution: Execution | undefined;
    let isReached = false as boolean;
    // On a machine that stands still by itself a short lease may be over before the step is reached.
    for (const leaseMs of [2_000, 20_000]) {
      const undone = join(paced.node.home, `undone-${leaseMs}`);
      await paced.node.eval(`Before = whereis(relupctl_undone), spawn(fun() ->
        ${until("not lists:member(whereis(relupctl_undone), [undefined, Before])")},
        ok = file:write_file("${undone}", "") end)`);
      ({ execution } = await applyUpgrade(paced.target, await paced.prepare("2"), {
        leaseMs,
        onProgress: (event) => {
          // As a program that was stopped, or a machine that slept.
          if (event.kind !== "step_done" || event.step.instruction.instruction !== "load") return;
          isReached = true;
          for (let tries = 0; tries < 600 && !existsSync(undone); tries++) standStill(100);
        },
      }));
      if (isReached) break;
    }
    expect(execution).toMatchObject({ outcome: "rolled_back", failure: { code: "lease-expired" }, notUndone: [] });
    expect(execution?.steps.map(({ status }) => status)).toEqual([
      ...["done", "done", "done", "done"],
      ...["failed", "not_executed"],
    ]);
  });

  it("is taken back at its deadline", async () => {
    const { execution } = await applyUpgrade(paced.target, await paced.prepare("2", HELD), {
      ...timePassesWhileHeld(2_000),
      deadlineAt: performance.now() + 1_200,
    });
    expect(execution?.steps.at(-2)).toMatchObject({ status: "failed" });
    expect(execution).toMatchObject({ outcome: "rolled_back", failure: { code: "deadline-passed" }, notUndone: [] });
  });

  it("changes nothing where its deadline is over before it begins", async () => {
    const { execution } = await applyUpgrade(paced.target, await paced.prepare("2"), {
      deadlineAt: performance.now() - 1,
    });
    expect(execution).toMatchObject({ outcome: "rolled_back", failure: { code: "deadline-passed" } });
    expect(execution?.steps.every(({ status }) => status === "not_executed")).toBe(true);
  });

  it("waits for a node that another upgrade holds where that is wanted, and no longer than its deadline", async () => {
    const prepared = await paced.prepare("1").catch(() => undefined);
    expect(prepared).toBeUndefined();
    const upgrade = await paced.prepare("2", { extra: "{fail, paced_1}" });
    const options = { holder: holderOf(upgrade.upgrade), leaseMs: 20_000, callMs: 1_000 };
    const other = await Guardian.post(paced.target, options);
    await expect(applyUpgrade(paced.target, upgrade)).rejects.toMatchObject({ problems: [{ code: "locked" }] });
    await expect(
      applyUpgrade(paced.target, upgrade, { waitsForLock: true, deadlineAt: performance.now() + 500 }),
    ).rejects.toMatchObject({ problems: [{ code: "locked" }] });
    const controller = new AbortController();
    const interrupted = applyUpgrade(paced.target, upgrade, { waitsForLock: true, signal: controller.signal });
    controller.abort();
    await expect(interrupted).rejects.toMatchObject({ problems: [{ code: "interrupted" }] });
    const waiting = applyUpgrade(paced.target, upgrade, { waitsForLock: true });
    await other.forget();
    expect((await waiting).execution?.outcome).toBe("rolled_back");
  });
});
