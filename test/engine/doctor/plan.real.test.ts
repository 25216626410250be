import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { planUpgrade } from "../../../src/engine/plan.js";
import { readApplicationUpgrade } from "../../../src/engine/source/application.js";
import type { Target } from "../../../src/target/target.js";
import type { Finding } from "../../../src/upgrade/finding.js";
import { connectTo } from "../../support/connect.js";
import { describeErlang } from "../../support/erlang.js";
import { startNode, until, type PeerNode } from "../../support/peer.js";
import { FIRST, SERVER_2, ShopVersions, UPDATE, type Sources, type VersionOptions } from "./shop.js";
import { only, STUCK_MS, TIMEOUT_MS } from "./support.js";

/** One node that runs version 1 of an application; each test makes a fault, and when that is gone a plan finds nothing. */
describeErlang("a plan on a node with a fault", () => {
  let versions: ShopVersions;
  let node: PeerNode;
  let target: Target;
  let first: string;
  /** Version 2, as it should be. */
  let healthy: string;

  beforeAll(async () => {
    versions = await ShopVersions.make();
    node = await startNode({ args: ["-kernel", "logger_level", "none"] });
    first = await versions.make(node, "1", FIRST, "");
    healthy = await next({ shop_server: SERVER_2 }, UPDATE);
    await node.eval(`true = code:add_pathz("${first}/ebin"), ok = application:start(shop)`);
    target = await connectTo(node);
    expect(await found(healthy)).toEqual([]);
  });
  afterEach(async () => {
    expect(await found(healthy)).toEqual([]);
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
    await versions[Symbol.asyncDispose]();
  });

  const next = async (sources: Sources, instructions: string, options?: VersionOptions): Promise<string> =>
    await versions.make(node, "2", { ...FIRST, ...sources }, instructions, options);

  /** What a plan of the upgrade to the directory finds. */
  async function found(directory: string, timeoutMs = TIMEOUT_MS): Promise<readonly Finding[]> {
    const { upgrade } = await readApplicationUpgrade(target, directory);
    return (await planUpgrade(target, upgrade, { timeoutMs })).plan.findings;
  }

  const pid = (name: string): Promise<string> => node.eval(`whereis(${name})`);
  /** Starts a child of the application's supervisor for the time of the work. */
  async function withChild(specification: string, work: () => Promise<void>): Promise<void> {
    await node.eval(`{ok, _} = supervisor:start_child(shop_sup, #{id => odd, ${specification}})`);
    try {
      await work();
    } finally {
      await node.eval("ok = supervisor:terminate_child(shop_sup, odd), ok = supervisor:delete_child(shop_sup, odd)");
    }
  }

  it("callback-not-declared", async () => {
    await withChild("start => {shop_server, start_link, [odd]}, modules => [shop_api]", async () => {
      expect(only(await found(healthy), "callback-not-declared")).toMatchObject({
        severity: "error",
        module: "shop_server",
        pids: [await pid("odd")],
        hint: expect.stringContaining("Write modules => [shop_server] in the child specification") as string,
      });
    });
  });

  it("hidden-subtree: an error where something below it runs a changed module", async () => {
    const start = "start => {shop_inner, start_link, [[#{id => in, start => {shop_server, start_link, [below]}}]]}";
    await withChild(start, async () => {
      const finding = only(await found(healthy), "hidden-subtree");
      expect(finding).toMatchObject({ severity: "error", pids: [await pid("shop_inner"), await pid("below")] });
      expect(finding.hint).toContain("type => supervisor");
    });
    await withChild(`type => supervisor, ${start}`, async () => {
      expect(await found(healthy)).toEqual([]);
    });
  });

  it("unsupervised-process", async () => {
    await node.eval(`spawn(fun() -> {ok, _} = shop_server:start_link(alone), timer:sleep(infinity) end),
      ${until("whereis(alone) =/= undefined andalso sys:get_state(alone) =:= []")}`);
    expect(only(await found(healthy), "unsupervised-process")).toMatchObject({
      severity: "error",
      pids: [await pid("alone")],
    });
    await node.eval(`exit(whereis(alone), kill), ${until("whereis(alone) =:= undefined")}`);
  });

  it("process-not-responding", async () => {
    await withChild("start => {shop_server, start_link, [odd]}, shutdown => brutal_kill", async () => {
      await node.eval(`Self = self(),
        spawn(fun() -> sys:replace_state(odd, fun(S) -> Self ! stuck, timer:sleep(infinity), S end, infinity) end),
        receive stuck -> ok end`);
      expect(only(await found(healthy, STUCK_MS), "process-not-responding")).toMatchObject({
        pids: [await pid("odd")],
      });
    });
  });

  it("supervisor-suspended", async () => {
    await node.eval("sys:suspend(shop_sup)");
    const codes = (await found(healthy)).map(({ code }) => code);
    await node.eval("sys:resume(shop_sup)");
    expect(codes).toContain("supervisor-suspended");
  });

  it("dynamic-not-answering", async () => {
    await withChild("start => {shop_server, start_link, [odd]}, modules => dynamic", async () => {
      // It answers get_modules with its state, which is no list of modules.
      await node.eval("sys:suspend(odd)");
      const codes = (await found(healthy, STUCK_MS)).map(({ code }) => code);
      await node.eval("sys:resume(odd)");
      expect(codes).toContain("dynamic-not-answering");
    });
  });

  it("module-missing: no object code, and none that the node can read", async () => {
    const directory = await next({ shop_server: SERVER_2 }, UPDATE);
    const file = join(directory, "ebin", "shop_server.beam");
    await writeFile(file, "no code");
    const damaged = only(await found(directory), "module-missing");
    expect(damaged).toMatchObject({ severity: "error", module: "shop_server" });
    expect(damaged.summary).toContain("can't be read");
    await rm(file);
    expect(only(await found(directory), "module-missing").detail).toContain(`There is no file ${file}`);
  });

  it("code-change-missing", async () => {
    const shop_server = SERVER_2.replace(/,\s*code_change\/3/, "").replace(/code_change\("1".*/, "");
    expect(only(await found(await next({ shop_server }, UPDATE)), "code-change-missing")).toMatchObject({
      severity: "error",
      pids: expect.arrayContaining([await pid("shop_server"), await pid("other")]) as string[],
    });
    const { length } = await found(await next({ shop_server }, "{load_module, shop_server}"));
    expect(length).toBe(0);
  });

  it("old-code-in-use", async () => {
    await node.eval(`register(user_of_old, spawn(shop_price, wait, [])),
      ${until("process_info(whereis(user_of_old), current_function) =:= {current_function, {shop_price, wait, 0}}")},
      {module, _} = code:load_file(shop_price)`);
    const directory = await next({ shop_server: SERVER_2 }, `${UPDATE}, {load_module, shop_price}`);
    expect(only(await found(directory), "old-code-in-use")).toMatchObject({
      severity: "error",
      module: "shop_price",
      pids: [await pid("user_of_old")],
    });
    await node.eval(`exit(whereis(user_of_old), kill), ${until("whereis(user_of_old) =:= undefined")}`);
    expect(await found(directory)).toEqual([]);
    await node.eval("code:purge(shop_price)");
  });

  it("old-object-code-missing: other code in the file of what runs, and no file", async () => {
    const file = `${first}/ebin/shop_server.beam`;
    const other = await next(
      { shop_server: FIRST["shop_server"]!.replace("{noreply, State}", "{noreply, [State]}") },
      "",
    );
    await node.eval(`{ok, _} = file:copy("${file}", "${first}/kept"),
      {ok, _} = file:copy("${other}/ebin/shop_server.beam", "${file}")`);
    const overwritten = await found(healthy);
    await rm(file);
    const gone = await found(healthy);
    await node.eval(`ok = file:rename("${first}/kept", "${file}")`);
    for (const findings of [overwritten, gone]) {
      expect(only(findings, "old-object-code-missing")).toMatchObject({ severity: "warning", module: "shop_server" });
    }
  });

  it("vsn-not-set: only the new version declares one", async () => {
    const plain = FIRST["shop_server"]!.replace('-vsn("1").', "").replace('code_change("1"', "code_change(_");
    await node.eval(
      `[{ok, _} = compile:file(F, [debug_info, {outdir, "${first}/ebin"}]) || F <- [begin
        ok = file:write_file("${first}/src/shop_plain.erl", ${JSON.stringify(`-module(shop_plain). ${plain}`)}),
        "${first}/src/shop_plain.erl" end]]`,
    );
    await withChild("start => {shop_plain, start_link, [odd]}", async () => {
      const shop_plain = `-vsn("2"). ${plain}`;
      const update = "{update, shop_plain, {advanced, []}}";
      expect(only(await found(await next({ shop_plain }, update)), "vsn-not-set")).toMatchObject({
        severity: "warning",
        module: "shop_plain",
      });
      expect(
        await found(await next({ shop_plain: plain.replace("State, State}", "State, {State}}") }, update)),
      ).toEqual([]);
    });
  });

  it("module-not-in-app", async () => {
    const listed = Object.keys(FIRST).filter((module) => module !== "shop_price");
    const directory = await next({}, "{load_module, shop_price}", { listed });
    await expect(found(directory)).rejects.toMatchObject({
      problems: [{ code: "module-not-in-app", severity: "error" }],
    });
  });

  it("apply-before-point-of-no-return, and nothing for one after it", async () => {
    const before = `{apply, {erlang, date, []}}, point_of_no_return, ${UPDATE}`;
    expect(
      only(await found(await next({ shop_server: SERVER_2 }, before)), "apply-before-point-of-no-return"),
    ).toMatchObject({ severity: "warning", summary: expect.stringContaining("{apply,{erlang,date,[]}}") as string });
    expect(await found(await next({ shop_server: SERVER_2 }, `{apply, {erlang, date, []}}, ${UPDATE}`))).toEqual([]);
  });

  it("sync-nodes and restarts-emulator", async () => {
    const sync = await next({ shop_server: SERVER_2 }, `{sync_nodes, all, ['other@localhost']}, ${UPDATE}`);
    expect(only(await found(sync), "sync-nodes").severity).toBe("error");
    const restart = await next({ shop_server: SERVER_2 }, `${UPDATE}, restart_emulator`);
    expect(only(await found(restart), "restarts-emulator").severity).toBe("error");
  });
});
