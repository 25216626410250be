import { afterAll, beforeAll, expect, it } from "vitest";
import { applyUpgrade, type ApplyOptions } from "../../../src/engine/apply.js";
import { buildApplications, type BuiltApplications } from "../../support/erlang-application.js";
import { describeErlang } from "../../support/erlang.js";
import { AFTER, BEFORE, startPaced, type PacedNode } from "./paced.js";

describeErlang("a process that doesn't answer a suspend in time", () => {
  let built: BuiltApplications;
  beforeAll(async () => {
    built = await buildApplications(["paced-1", "paced-2"]);
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
  });

  /** `paced_2` answers nothing until it is told to go on. */
  const busy = async (paced: PacedNode): Promise<void> => {
    await paced.node.eval("gen_server:cast(paced_2, busy)");
    await paced.held();
  };
  // The others have to answer within this time.
  const options: ApplyOptions = {
    timeouts: { suspendMs: 1_000 },
    observeTimeoutMs: 1_000,
    allowed: ["process-not-responding"],
  };

  it("stops the upgrade before anything is loaded, and its late suspend is undone", async () => {
    await using paced = await startPaced(built);
    const prepared = await paced.prepare("2");
    await busy(paced);
    const { execution } = await applyUpgrade(paced.target, prepared, options);
    expect(execution).toMatchObject({
      outcome: "rolled_back",
      notUndone: [],
      failure: { code: "process-not-responding" },
      unresponsive: [{ module: "paced", action: "stopped" }],
    });
    expect([...execution!.tally.failed]).toHaveLength(1);
    expect(execution?.steps.map(({ status }) => status).slice(2)).toEqual([
      "failed",
      ...["not_executed", "not_executed", "not_executed"],
    ]);
    // Nobody has waited for it, and it isn't suspended when it is done.
    expect(await paced.node.eval("lists:nth(2, element(4, sys:get_status(paced_1)))")).toBe("running");
    await paced.goOn();
    expect(await paced.look()).toBe(BEFORE);
    const again = await applyUpgrade(paced.target, await paced.prepare("2"), options);
    expect(again.execution?.outcome).toBe("upgraded");
    expect(await paced.look()).toBe(AFTER);
  });

  it("is refused beforehand, unless it is said what to do with it", async () => {
    await using paced = await startPaced(built);
    const prepared = await paced.prepare("2");
    await busy(paced);
    const applied = await applyUpgrade(paced.target, prepared, { ...options, allowed: [] });
    expect(applied.refusedFor).toMatchObject([{ code: "process-not-responding" }]);
  });

  it("is passed over where that is wanted: named, with its old state, and its late suspend undone", async () => {
    await using paced = await startPaced(built);
    const prepared = await paced.prepare("2");
    await busy(paced);
    const { execution } = await applyUpgrade(paced.target, prepared, {
      ...{ ...options, allowed: [] },
      onUnresponsive: "skip",
    });
    expect(execution).toMatchObject({ outcome: "upgraded", unresponsive: [{ action: "skipped" }] });
    expect(execution?.tally.migrated.size).toBe(2);
    expect(execution?.unresponsive[0]?.pid).toBe(
      await paced.node.eval("pid_to_list(whereis(paced_2))").then((text) => text.replaceAll('"', "")),
    );
    await paced.goOn();
    expect(await paced.look()).toBe('[{running,{n,3},"2"},{running,4,"2"},{running,{n,5},"2"}]');
  });

  it("is killed where that is wanted, and what its supervisor starts in its place goes up with the others", async () => {
    await using paced = await startPaced(built);
    const prepared = await paced.prepare("2");
    await busy(paced);
    const { execution } = await applyUpgrade(paced.target, prepared, {
      ...{ ...options, allowed: [] },
      onUnresponsive: "kill",
    });
    expect(execution).toMatchObject({ outcome: "upgraded", unresponsive: [{ action: "killed" }] });
    expect(execution?.tally).toMatchObject({ migrated: { size: 3 }, dead: { size: 1 } });
    expect(await paced.look()).toBe('[{running,{n,3},"2"},{running,{n,0},"2"},{running,{n,5},"2"}]');
  });

  // The old code that it runs has to make room when the code from before is loaded again.
  it("is passed over, and begins anew when the upgrade fails later on", async () => {
    await using paced = await startPaced(built);
    const prepared = await paced.prepare("2", { extra: "{fail, paced_3}" });
    await busy(paced);
    const { execution } = await applyUpgrade(paced.target, prepared, {
      ...{ ...options, allowed: [] },
      onUnresponsive: "skip",
    });
    expect(execution).toMatchObject({ outcome: "rolled_back", failure: { code: "code-change-failed" }, notUndone: [] });
    await expect.poll(() => paced.look()).toBe('[{running,3,"1"},{running,0,"1"},{running,5,"1"}]');
  });
});
