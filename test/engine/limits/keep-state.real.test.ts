import { afterAll, beforeAll, expect, it } from "vitest";
import { applyUpgrade } from "../../../src/engine/apply.js";
import { planUpgrade } from "../../../src/engine/plan.js";
import { buildApplications, type BuiltApplications } from "../../support/erlang-application.js";
import { describeErlang } from "../../support/erlang.js";
import { AFTER, BEFORE, startPaced, type PacedNode } from "./paced.js";

describeErlang("an upgrade and the states of before", () => {
  let built: BuiltApplications;
  let paced: PacedNode;
  beforeAll(async () => {
    built = await buildApplications(["paced-1", "paced-2"]);
    paced = await startPaced(built);
  });
  afterAll(async () => {
    await paced[Symbol.asyncDispose]();
    await built[Symbol.asyncDispose]();
  });

  it("says in the plan what keeping them takes, and afterwards what it takes", async () => {
    const prepared = await paced.prepare("2");
    const { plan } = await planUpgrade(paced.target, prepared.upgrade);
    const memory = Number(
      await paced.node.eval(
        "lists:sum([element(2, process_info(whereis(N), memory)) || N <- [paced_1, paced_2, paced_3]])",
      ),
    );
    expect(plan.costs?.keptStates.processes).toBe(3);
    expect(plan.costs?.keptStates.memoryBytes).toBeGreaterThan(memory / 4);
    expect(plan.costs?.keptStates.memoryBytes).toBeLessThan(memory * 4);
    expect(plan.costs?.suspension).toMatchObject({ processes: 3 });
    expect(plan.costs?.suspension.estimatedMs).toBeGreaterThan(0);
    const { execution } = await applyUpgrade(paced.target, prepared);
    expect(execution?.keptStates?.processes).toBe(3);
    const table = `ets:info(element(2, element(1, element(2, lists:keyfind(relupctl, 1,
      element(2, process_info(whereis(relupctl_last), dictionary)))))), memory) * erlang:system_info(wordsize)`;
    expect(execution?.keptStates?.memoryBytes).toBe(Number(await paced.node.eval(table)));
    await applyUpgrade(paced.target, await paced.prepare("1"));
    expect(await paced.look()).toBe(BEFORE);
  });

  it("doesn't keep them where that is not wanted, and the plan says how a code_change is taken back then", async () => {
    const prepared = await paced.prepare("2", { keepState: "never" });
    const kept = await planUpgrade(paced.target, (await paced.prepare("2")).upgrade);
    const { plan } = await planUpgrade(paced.target, prepared.upgrade);
    const undoOf = ({ steps }: typeof plan): string[] =>
      steps.filter(({ instruction }) => instruction.instruction === "code_change").map(({ undo }) => undo);
    expect([undoOf(kept.plan), undoOf(plan)]).toEqual([["exact"], ["compensate"]]);
    expect(plan.costs?.keptStates).toEqual({ processes: 0, memoryBytes: 0 });
    // A plan that was agreed on with states kept is another one.
    const refused = await applyUpgrade(paced.target, prepared, { agreed: kept.plan.basis });
    expect(refused.differences).toMatchObject([{ kind: "keep-state", planned: "changed", now: "never" }]);
    const { execution } = await applyUpgrade(paced.target, prepared);
    expect(execution).toMatchObject({ outcome: "upgraded", keptStates: { processes: 0 } });
    expect(await paced.look()).toBe(AFTER);
    await applyUpgrade(paced.target, await paced.prepare("1"));
  });

  it("changes them back by the new code, those that it had changed, when one of them fails on the way up", async () => {
    expect(await paced.look()).toBe(BEFORE);
    const { execution } = await applyUpgrade(
      paced.target,
      await paced.prepare("2", { keepState: "never", extra: "{fail, paced_2}" }),
    );
    expect(execution).toMatchObject({ outcome: "rolled_back", failure: { code: "code-change-failed" }, notUndone: [] });
    expect(execution?.tally).toMatchObject({ migrated: { size: 2 }, failed: { size: 1 } });
    expect(await paced.look()).toBe(BEFORE);
  });

  it("changes them up again when one of them fails on the way down", async () => {
    await applyUpgrade(paced.target, await paced.prepare("2"));
    expect(await paced.look()).toBe(AFTER);
    const { execution } = await applyUpgrade(
      paced.target,
      await paced.prepare("1", { keepState: "never", extra: "{fail, paced_2}" }),
    );
    expect(execution).toMatchObject({ outcome: "rolled_back", failure: { code: "code-change-failed" }, notUndone: [] });
    expect(await paced.look()).toBe(AFTER);
    await applyUpgrade(paced.target, await paced.prepare("1"));
  });

  it("changes them back when its client is gone", async () => {
    expect(await paced.look()).toBe(BEFORE);
    const client = await paced.connect();
    const prepared = await paced.prepare("2", { keepState: "never" });
    const applying = applyUpgrade(client, prepared, {
      onProgress: (event) => {
        if (event.kind === "step_done" && event.step.instruction.instruction === "code_change") {
          void client[Symbol.asyncDispose]();
        }
      },
    });
    expect((await applying.catch(() => undefined))?.execution?.outcome).not.toBe("upgraded");
    await expect.poll(() => paced.look()).toBe(BEFORE);
  });
});
