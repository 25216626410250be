import { appendFile, cp, readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applyUpgrade, type Applied } from "../../src/engine/apply.js";
import { observe } from "../../src/engine/observe.js";
import { planUpgrade } from "../../src/engine/plan.js";
import { readApplicationUpgrade } from "../../src/engine/source/application.js";
import { nodeDifferences } from "../../src/engine/stale-plan.js";
import type { Target } from "../../src/target/target.js";
import type { PlanBasis } from "../../src/upgrade/basis.js";
import { connectTo } from "../support/connect.js";
import { buildApplications, type BuiltApplications } from "../support/erlang-application.js";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";

/** Each test leaves the node and the files as they were. */
describeErlang("a plan that was agreed on, on a real node", () => {
  let built: BuiltApplications;
  let node: PeerNode;
  let target: Target;
  let agreed: PlanBasis;
  let next: string;
  let ebin: string;

  beforeAll(async () => {
    built = await buildApplications(["counter-0.1.0", "counter-0.2.0"]);
    next = `${built.lib}/counter-0.2.0`;
    ebin = `${built.lib}/counter-0.1.0/ebin`;
    node = await startNode();
    await node.eval(`code:add_patha("${ebin}"), application:start(counter)`);
    target = await connectTo(node);
    agreed = (await planUpgrade(target, (await readApplicationUpgrade(target, next)).upgrade)).plan.basis;
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
    await built[Symbol.asyncDispose]();
  });

  const apply = async (directory = next): Promise<Applied> =>
    await applyUpgrade(target, await readApplicationUpgrade(target, directory), { agreed });

  /** What is otherwise; nothing may have been done. */
  const differences = async (): Promise<string[]> => {
    const applied = await apply();
    expect(applied.execution).toBeUndefined();
    expect(applied.refusedFor.map(({ code }) => code)).toContain("stale-plan");
    expect(await node.eval("proplists:get_value(vsn, counter:module_info(attributes))")).toBe('"0.1.0"');
    return applied.differences.map(({ kind, name }) => `${kind} ${name}`.trim());
  };

  /** Writes something else into a file while `work` is done. */
  async function withFile(file: string, change: (text: string) => string, work: () => Promise<void>): Promise<void> {
    const kept = await readFile(file);
    await writeFile(file, Buffer.from(change(kept.toString("latin1")), "latin1"));
    try {
      await work();
    } finally {
      await writeFile(file, kept);
    }
  }

  it("is refused where other code is loaded of a changed module", async () => {
    await node.eval(`
      {ok, {_, [{abstract_code, {_, Forms}}]}} = beam_lib:chunks("${ebin}/counter", [abstract_code]),
      {ok, counter, Other} = compile:forms(lists:sublist(Forms, 2) ++ [{attribute, 1, note, other} | lists:nthtail(2, Forms)]),
      {module, counter} = code:load_binary(counter, "${ebin}/counter.beam", Other), code:purge(counter)`);
    const applied = await apply();
    expect(applied.execution).toBeUndefined();
    expect(applied.differences).toMatchObject([
      { kind: "module", name: "counter" },
      { kind: "finding", name: "old-object-code-missing" },
    ]);
    expect(applied.refusedFor.find(({ code }) => code === "stale-plan")?.detail).toMatch(
      /the loaded code of counter is now MD5 [0-9a-f]{32}, vsn "0\.1\.0"; it was MD5 [0-9a-f]{32}, vsn "0\.1\.0"/,
    );
    await node.eval("code:load_file(counter), code:purge(counter)");
  });

  it("is refused where the new object code is another", async () => {
    const [kept, other] = [`${next}/ebin/counter.beam`, `${ebin}/counter.beam`];
    const bytes = await readFile(kept);
    await cp(other, kept);
    expect(await differences()).toContain("object-code counter");
    await writeFile(kept, bytes);
  });

  it("is refused where the script is another", async () => {
    await withFile(
      `${next}/ebin/counter.appup`,
      (text) => text.replaceAll("{update, counter, {advanced, []}}", "{load_module, counter}"),
      async () => {
        const found = await differences();
        expect(found.every((each) => /^step \d$/.test(each))).toBe(true);
        expect(found.length).toBeGreaterThan(0);
      },
    );
  });

  it("is refused where an application came", async () => {
    await node.eval("application:ensure_all_started(sasl)");
    expect(await differences()).toEqual(["application sasl"]);
    await node.eval("application:stop(sasl)");
  });

  it("is refused where there is a new finding", async () => {
    await node.eval("{ok, _} = gen_server:start({local, stray}, counter, [], [])");
    expect(await differences()).toEqual(["finding unsupervised-process"]);
    await node.eval("gen_server:stop(stray)");
  });

  it("rests on what a process runs, not on what it waits for", async () => {
    await node.eval("sys:suspend(counter)");
    await expect
      .poll(() => node.eval("process_info(whereis(counter_client), current_function)"))
      .toContain("gen,do_call");
    const { processes } = await observe(target, { modules: [], probe: [], timeoutMs: 30_000 });
    await node.eval("sys:resume(counter)");
    expect(processes.find(({ registeredName }) => registeredName === "counter_client")).toMatchObject({
      callbackModule: "counter_client",
      kind: "gen_server",
    });
  });

  it("is refused on another node, whatever else is the same there", async () => {
    await using other = await startNode();
    await using elsewhere = await connectTo(other);
    const [first, second] = await nodeDifferences(elsewhere, agreed);
    expect(first).toEqual({ kind: "node", name: "", planned: node.name, now: other.name });
    expect(second).toEqual({ kind: "application", name: "counter", planned: "0.1.0", now: null });
  });

  it("is applied where processes of the changed module came and went", async () => {
    const pid = await node.eval("whereis(counter)");
    await node.eval("exit(whereis(counter), kill)");
    await expect.poll(() => node.eval("whereis(counter)")).not.toMatch(new RegExp(`^(undefined|${pid})$`));
    await appendFile(`${next}/ebin/counter.appup`, "%% said, not done\n");
    const applied = await apply();
    expect(applied.differences).toEqual([]);
    expect(applied.execution?.outcome).toBe("upgraded");
    expect(await node.eval("sys:get_state(counter)")).toMatch(/^{counted,\d+}$/);
  });
});
