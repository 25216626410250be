import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applyUpgrade } from "../../src/engine/apply.js";
import { readApplicationUpgrade } from "../../src/engine/source/application.js";
import type { Target } from "../../src/target/target.js";
import { printTerm } from "../../src/terms/print.js";
import { connectTo } from "../support/connect.js";
import { buildApplications, type BuiltApplications } from "../support/erlang-application.js";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";

describeErlang("an application upgraded on a real node", () => {
  let built: BuiltApplications;
  let node: PeerNode;
  let target: Target;

  beforeAll(async () => {
    built = await buildApplications(["counter-0.1.0", "counter-0.2.0", "counter-0.3.0"]);
    node = await startNode();
    await node.eval(`code:add_patha("${built.lib}/counter-0.1.0/ebin"), application:start(counter)`);
    target = await connectTo(node);
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
    await built[Symbol.asyncDispose]();
  });

  const state = async (name: string): Promise<string> => await node.eval(`sys:get_state(${name})`);
  /** Calls of the client that were answered twice, and that were not answered. */
  const lost = async (): Promise<string> =>
    await node.eval("#{repeated := Repeated, skipped := Skipped} = sys:get_state(counter_client), {Repeated, Skipped}");

  it("goes up, and no call of the client is lost", async () => {
    const prepared = await readApplicationUpgrade(target, `${built.lib}/counter-0.2.0`);
    const applied = await applyUpgrade(target, prepared, { showStates: true, soakMs: 50 });
    expect(applied.refusedFor).toEqual([]);
    expect(applied.execution).toMatchObject({ outcome: "upgraded", failure: undefined });
    const counter = applied.states.find(({ process }) => process.registeredName === "counter");
    expect(printTerm(counter!.before!)).toMatch(/^\d+$/);
    expect(printTerm(counter!.after!)).toMatch(/^{counted,\d+}$/);
    expect(await lost()).toBe("{0,0}");
    expect(await node.eval("lists:keyfind(counter, 1, application:which_applications())")).toContain('"0.2.0"');
    expect(await node.eval("code:lib_dir(counter)")).toContain("counter-0.2.0");
  });

  it("fails, takes everything back, and leaves nothing suspended", async () => {
    const prepared = await readApplicationUpgrade(target, `${built.lib}/counter-0.3.0`);
    const applied = await applyUpgrade(target, prepared);
    expect(applied.execution).toMatchObject({
      outcome: "rolled_back",
      failure: { code: "code-change-failed" },
      notUndone: [],
    });
    expect(applied.execution?.failure?.summary).toContain(`{cannot_take_over,"0.2.0",{counted,`);
    expect(await state("counter")).toMatch(/^{counted,\d+}$/);
    expect(await node.eval("element(4, sys:get_status(counter)) =/= suspended")).toBe("true");
    expect(await node.eval("lists:nth(2, element(4, sys:get_status(counter)))")).toBe("running");
    expect(await node.eval("proplists:get_value(vsn, counter:module_info(attributes))")).toBe('"0.2.0"');
    expect(await node.eval("code:lib_dir(counter)")).toContain("counter-0.2.0");
    expect(await lost()).toBe("{0,0}");
  });

  it("goes down again, told by the running version's appup", async () => {
    const prepared = await readApplicationUpgrade(target, `${built.lib}/counter-0.1.0`);
    expect(prepared.upgrade.direction).toBe("down");
    const applied = await applyUpgrade(target, prepared);
    expect(applied.execution).toMatchObject({ outcome: "upgraded", failure: undefined });
    expect(await state("counter")).toMatch(/^\d+$/);
    expect(await lost()).toBe("{0,0}");
  });

  it("is taken back where the node refuses the specification, as OTP 27 does where a parameter stands twice", async () => {
    const directory = join(built.lib, "twice", "counter-0.2.0");
    await cp(join(built.lib, "counter-0.2.0"), directory, { recursive: true });
    const file = join(directory, "ebin", "counter.app");
    const twice = "{env, [{twice, 1}, {twice, 2}]}";
    await writeFile(file, (await readFile(file, "utf8")).replace("{modules,", `${twice}, {modules,`));
    const takes = await node.eval(`application:load({application, twice, [{vsn, "1"}, ${twice}]})`);
    const { execution } = await applyUpgrade(target, await readApplicationUpgrade(target, directory));
    if (takes === "ok") {
      expect(execution).toMatchObject({ outcome: "upgraded", failure: undefined });
      return;
    }
    expect(execution).toMatchObject({
      outcome: "rolled_back",
      failure: { code: "application-data-refused" },
      notUndone: [],
    });
    expect(execution?.failure?.summary).toContain("duplicate parameter: twice");
    expect(await state("counter")).toMatch(/^\d+$/);
    expect(await node.eval("application:get_all_env(counter)")).not.toContain("twice");
  });
});
