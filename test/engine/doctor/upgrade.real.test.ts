import { afterAll, beforeAll, expect, it } from "vitest";
import { applyUpgrade } from "../../../src/engine/apply.js";
import { planUpgrade } from "../../../src/engine/plan.js";
import { readApplicationUpgrade } from "../../../src/engine/source/application.js";
import type { Target } from "../../../src/target/target.js";
import type { Finding } from "../../../src/upgrade/finding.js";
import { connectTo } from "../../support/connect.js";
import { describeErlang } from "../../support/erlang.js";
import { startNode, type PeerNode } from "../../support/peer.js";
import { FIRST, SERVER_2, ShopVersions, UPDATE, type Sources } from "./shop.js";
import { findingsOf, only } from "./support.js";

/** One node that runs version 1 of an application; each test makes a version 2 with another fault. */
describeErlang("doctor on an upgrade with a fault", () => {
  let versions: ShopVersions;
  let node: PeerNode;
  let embedded: PeerNode;
  let target: Target;

  beforeAll(async () => {
    versions = await ShopVersions.make();
    [node, embedded] = await Promise.all([
      startNode({ args: ["-kernel", "logger_level", "none"] }),
      startNode({ args: ["-kernel", "logger_level", "none", "-mode", "embedded"] }),
    ]);
    const first = await version("1", FIRST, "");
    await node.eval(`true = code:add_pathz("${first}/ebin"), ok = application:start(shop)`);
    target = await connectTo(node);
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
    await embedded.stop();
    await versions[Symbol.asyncDispose]();
  });

  const version = async (vsn: string, sources: Sources, instructions: string): Promise<string> =>
    await versions.make(node, vsn, sources, instructions);

  /** What doctor finds of an upgrade to the directory. */
  const findings = (directory: string, states = false): Promise<readonly Finding<string>[]> =>
    findingsOf(target, { states, prepare: () => readApplicationUpgrade(target, directory) });

  /** What doctor finds of an upgrade in which the named modules have other sources. */
  const upgradeWith = async (
    sources: Sources,
    instructions: string,
    states = false,
  ): Promise<readonly Finding<string>[]> =>
    await findings(await version("2", { ...FIRST, ...sources }, instructions), states);

  it("finds nothing in an upgrade without one", async () => {
    expect(await upgradeWith({ shop_server: SERVER_2 }, UPDATE)).toEqual([]);
  });

  it("no-upgrade-path", async () => {
    expect(only(await upgradeWith({}, ""), "no-upgrade-path").severity).toBe("error");
  });

  it("module-without-instruction", async () => {
    const shop_price = FIRST["shop_price"]!.replace("price() -> 1", "price() -> 2");
    const finding = only(
      await upgradeWith({ shop_server: SERVER_2, shop_price }, UPDATE),
      "module-without-instruction",
    );
    expect(finding).toMatchObject({ severity: "warning", module: "shop_price" });
    expect(finding.hint).toContain("{load_module, shop_price}");
    expect(await upgradeWith({ shop_server: SERVER_2, shop_price }, `${UPDATE}, {load_module, shop_price}`)).toEqual(
      [],
    );
  });

  it("vsn-not-set: -version written for -vsn, in both versions", async () => {
    const written = (vsn: string): string => FIRST["shop_server"]!.replace('-vsn("1")', `-version("${vsn}")`);
    const first = await version("1", { ...FIRST, shop_server: written("1") }, "");
    const next = await version("2", { ...FIRST, shop_server: written("2") }, UPDATE);
    const second = await startNode({ args: ["-kernel", "logger_level", "none"] });
    try {
      await second.eval(`true = code:add_pathz("${first}/ebin"), ok = application:start(shop)`);
      await using other = await connectTo(second);
      const found = await findingsOf(other, { prepare: () => readApplicationUpgrade(other, next) });
      expect(only(found, "vsn-not-set")).toMatchObject({
        severity: "error",
        module: "shop_server",
        detail: expect.stringContaining("It says -version") as string,
        hint: expect.stringContaining("Write -vsn(...), not -version(...)") as string,
      });
      // A plan sees it too, and so does apply.
      const { plan } = await planUpgrade(other, (await readApplicationUpgrade(other, next)).upgrade);
      expect(only(plan.findings, "vsn-not-set").severity).toBe("error");
    } finally {
      await second.stop();
    }
  });

  it("vsn-not-matched: no clause for the version that runs, nor for the way back", async () => {
    const shop_server = SERVER_2.replace('code_change("1"', 'code_change("0"');
    expect(only(await upgradeWith({ shop_server }, UPDATE), "vsn-not-matched")).toMatchObject({
      severity: "error",
      module: "shop_server",
      hint: expect.stringContaining('code_change("1", ...)') as string,
    });
    expect(await upgradeWith({ shop_server: SERVER_2.replace('code_change("1"', "code_change(_") }, UPDATE)).toEqual(
      [],
    );
  });

  it("nif-module", async () => {
    const shop_price = `-on_load(load/0). ${FIRST["shop_price"]!} load() -> erlang:load_nif("none", 0).`;
    const found = await upgradeWith({ shop_price }, "{load_module, shop_price}");
    expect(found.map(({ code, module }) => [code, module])).toContainEqual(["nif-module", "shop_price"]);
  });

  it("sticky-module", async () => {
    const lib = await node.eval("filename:dirname(code:which(shop_price))");
    await node.eval(`ok = code:stick_dir(${lib}), code:purge(shop_price), {module, _} = code:load_file(shop_price)`);
    const shop_price = FIRST["shop_price"]!.replace("price() -> 1", "price() -> 2");
    try {
      expect(only(await upgradeWith({ shop_price }, "{load_module, shop_price}"), "sticky-module")).toMatchObject({
        severity: "error",
        module: "shop_price",
      });
      // Since OTP 26 object code is read before anything else, so it must be some.
      const load = "{M, Beam, File} = code:get_object_code(shop_price), code:load_binary(M, File, Beam)";
      expect(await node.eval(load)).toBe("{error,sticky_directory}");
    } finally {
      await node.eval(`ok = code:unstick_dir(${lib}), code:unstick_mod(shop_price), code:purge(shop_price)`);
    }
    expect(await upgradeWith({ shop_price }, "{load_module, shop_price}")).toEqual([]);
  });

  it("otp-mismatch: compiled by a newer compiler", async () => {
    const directory = await version("2", { ...FIRST, shop_server: SERVER_2 }, UPDATE);
    await node.eval(`
      File = "${directory}/ebin/shop_server.beam", {ok, _, Chunks} = beam_lib:all_chunks(File),
      {_, Info} = lists:keyfind("CInf", 1, Chunks),
      Newer = term_to_binary(lists:keyreplace(version, 1, binary_to_term(Info), {version, "99.0.1"})),
      {ok, Beam} = beam_lib:build_module(lists:keyreplace("CInf", 1, Chunks, {"CInf", Newer})),
      ok = file:write_file(File, Beam)`);
    expect(only(await findings(directory), "otp-mismatch")).toMatchObject({ severity: "error", module: "shop_server" });
  });

  it("embedded-mode: a new module that no instruction loads", async () => {
    const sources = { ...FIRST, shop_server: SERVER_2, shop_new: "-export([f/0]). f() -> ok." };
    const directory = await version("2", sources, UPDATE);
    expect(await findings(directory)).toEqual([]);
    const first = await node.eval("filename:dirname(code:which(shop_sup))");
    await embedded.eval(
      `true = code:add_pathz(${first}), [{module, _} = code:load_file(M) || M <- [shop, shop_sup, shop_server, shop_price]],
       ok = application:start(shop)`,
    );
    await using other = await connectTo(embedded);
    const found = await findingsOf(other, { prepare: () => readApplicationUpgrade(other, directory) });
    expect(only(found, "embedded-mode")).toMatchObject({
      severity: "error",
      module: "shop_new",
      hint: expect.stringContaining("{add_module, shop_new}") as string,
    });
    const right = await version("2", sources, `${UPDATE}, {add_module, shop_new}`);
    expect(await findingsOf(other, { prepare: () => readApplicationUpgrade(other, right) })).toEqual([]);
  });

  const supervisor = (children: string, first = ""): string =>
    FIRST["shop_sup"]!.replace("init([]) ->", `init([]) -> ${first}`).replace(
      /children\(\) -> \[.*\]\./,
      `children() -> [${children}].`,
    );
  const SERVER = "child(shop_server)";
  const OTHER = "#{id => other, start => {shop_server, start_link, [other]}}";
  const UPDATE_SUPERVISOR = "{update, shop_sup, supervisor}";

  it("supervisor-init-effects: a table with a name, one without, and none", async () => {
    const named = supervisor(`${SERVER}, ${OTHER}`, "table(),") + " table() -> ets:new(prices, [named_table, public]).";
    expect(only(await upgradeWith({ shop_sup: named }, UPDATE_SUPERVISOR), "supervisor-init-effects")).toMatchObject({
      severity: "error",
      module: "shop_sup",
      summary: expect.stringContaining("calls ets:new/2 for prices") as string,
    });
    const unnamed = supervisor(`${SERVER}, ${OTHER}`, "_ = ets:new(prices, []),");
    expect(only(await upgradeWith({ shop_sup: unnamed }, UPDATE_SUPERVISOR), "supervisor-init-effects").severity).toBe(
      "warning",
    );
    expect(await upgradeWith({ shop_sup: named }, "{load_module, shop_sup}")).toEqual([]);
    expect(await upgradeWith({ shop_sup: supervisor(`${SERVER}, ${OTHER}`) }, UPDATE_SUPERVISOR)).toEqual([]);
  });

  it("child-specs-changed: children that come and go, and how the script sees to them", async () => {
    const added = supervisor(`${SERVER}, #{id => more, start => {shop_server, start_link, [more]}}`);
    const finding = only(await upgradeWith({ shop_sup: added }, UPDATE_SUPERVISOR), "child-specs-changed");
    expect(finding.detail).toBe(
      "more is new, and would not be started. other is no longer there, and would go on running.",
    );
    expect(finding.hint).toBe(
      "Write in the appup {apply, {supervisor, terminate_child, [shop_sup, other]}}, {apply, {supervisor, delete_child, " +
        "[shop_sup, other]}}, {apply, {supervisor, restart_child, [shop_sup, more]}} after {update, shop_sup, supervisor}.",
    );
    const applies = [...finding.hint.matchAll(/\{apply, \{.*?\]\}\}/g)].map(([apply]) => apply);
    expect(await upgradeWith({ shop_sup: added }, [UPDATE_SUPERVISOR, ...applies].join(", "))).toEqual([]);
    // Nothing is said where the children can't be told.
    const computed = supervisor("#{id => I, start => {shop_server, start_link, [I]}} || I <- [a, b]");
    expect(await upgradeWith({ shop_sup: computed }, UPDATE_SUPERVISOR)).toEqual([]);
  });

  it("child-specs-changed: other modules, where the script doesn't update the supervisor", async () => {
    const changed = supervisor(
      `${SERVER}, #{id => other, start => {shop_server, start_link, [other]}, modules => [shop_price]}`,
    );
    const finding = only(await upgradeWith({ shop_sup: changed }, "{load_module, shop_sup}"), "child-specs-changed");
    expect(finding.detail).toContain("other has another type or other modules");
    expect(finding.hint).toContain("{update, shop_sup, supervisor}");
    expect(await upgradeWith({ shop_sup: changed }, UPDATE_SUPERVISOR)).toEqual([]);
  });

  it("fun-in-state: of a module that would be changed", async () => {
    await node.eval("sys:replace_state(other, fun(_) -> #{f => shop_price:fun_of()} end), ok");
    const shop_price = FIRST["shop_price"]!.replace("price() -> 1", "price() -> 2");
    expect(only(await upgradeWith({ shop_price }, "{load_module, shop_price}", true), "fun-in-state")).toMatchObject({
      severity: "warning",
      module: "shop_price",
      pids: [await node.eval("whereis(other)")],
    });
    expect(await upgradeWith({ shop_price }, "{load_module, shop_price}")).toEqual([]);
    await node.eval("sys:replace_state(other, fun(_) -> [] end), ok");
  });

  it("tells what the upgrade and the node both have once", async () => {
    await node.eval(`
      {ok, _} = supervisor:start_child(shop_sup, #{id => api, start => {shop_server, start_link, [api]}, modules => [shop_api]})`);
    const found = await upgradeWith({ shop_server: SERVER_2 }, UPDATE);
    const finding = only(found, "callback-not-declared");
    expect(finding.summary).toContain("would be changed");
    expect(finding.hint).toContain("#{id => api, start => {shop_server, start_link, [api]}, modules => [shop_server]}");
    await node.eval("ok = supervisor:terminate_child(shop_sup, api), ok = supervisor:delete_child(shop_sup, api)");
  });

  it("the lines to write for children that come and go do what they are for", async () => {
    const shop_sup = supervisor(`${SERVER}, #{id => {more, 1}, start => {shop_server, start_link, [more]}}`);
    const { hint } = only(await upgradeWith({ shop_sup }, "{load_module, shop_sup}"), "child-specs-changed");
    const lines = /appup (.*)\.$/.exec(hint)?.[1] ?? "";
    const directory = await version("2", { ...FIRST, shop_sup }, lines);
    const { execution } = await applyUpgrade(target, await readApplicationUpgrade(target, directory));
    expect(execution?.outcome).toBe("upgraded");
    expect(await node.eval("[{Id, is_pid(Pid)} || {Id, Pid, _, _} <- supervisor:which_children(shop_sup)]")).toBe(
      "[{{more,1},true},{server,true}]",
    );
  });
});
