import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { Target } from "../../../src/target/target.js";
import { connectTo } from "../../support/connect.js";
import { buildApplications, type BuiltApplications } from "../../support/erlang-application.js";
import { describeErlang } from "../../support/erlang.js";
import { startNode, until, type PeerNode } from "../../support/peer.js";
import { findingsOf, only, STUCK_MS } from "./support.js";

/** One node; each test makes a fault in it, and when that is gone nothing is found any more. */
describeErlang("doctor on a node with a fault", () => {
  let built: BuiltApplications;
  let node: PeerNode;
  let target: Target;

  beforeAll(async () => {
    built = await buildApplications(["trees-1"]);
    node = await startNode({ args: ["-pa", `${built.lib}/trees-1/ebin`, "-kernel", "logger_level", "none"] });
    await node.eval(`{ok, _} = application:ensure_all_started(sasl),
      ok = trees_app:run(healthy, {trees_sup, start_link, [healthy_sup,
        [#{id => Id, start => {trees_server, start_link, []}} || Id <- [a, b]]]})`);
    target = await connectTo(node);
    expect(await findingsOf(target, { states: true })).toEqual([]);
  });
  afterEach(async () => {
    await node.eval("application:stop(odd), application:unload(odd)");
    expect(await findingsOf(target, { states: true })).toEqual([]);
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
    await built[Symbol.asyncDispose]();
  });

  const run = (mfa: string): Promise<string> => node.eval(`ok = trees_app:run(odd, ${mfa})`);
  const tree = (...children: string[]): string => `{trees_sup, start_link, [odd_sup, [${children.join(", ")}]]}`;
  const pid = (name: string): Promise<string> => node.eval(`whereis(${name})`);

  it("callback-not-declared: a wrapper stands in the child specification", async () => {
    await run(tree("#{id => store, start => {trees_server, start_link, [store]}, modules => [store_api]}"));
    expect(only(await findingsOf(target), "callback-not-declared")).toMatchObject({
      severity: "error",
      module: "trees_server",
      pids: [await pid("store")],
      hint: expect.stringContaining(
        "#{id => store, start => {trees_server, start_link, [store]}, modules => [trees_server]}",
      ) as string,
    });
  });

  it("the child specification to write is one that works, with all that the old one says besides", async () => {
    const more = "restart => transient, shutdown => brutal_kill, modules => [store_api]";
    await run(tree(`#{id => {store, 1}, start => {trees_server, start_link, [store]}, ${more}}`));
    const { hint } = only(await findingsOf(target), "callback-not-declared");
    const written = /#\{.*?modules => \[.*?\]\}/.exec(hint)?.[0] ?? "";
    expect(written).toBe(
      "#{id => {store,1}, start => {trees_server, start_link, [store]}, restart => transient, shutdown => brutal_kill, " +
        "modules => [trees_server]}",
    );
    await node.eval(`
      {ok, Old} = supervisor:get_childspec(odd_sup, {store, 1}),
      ok = supervisor:terminate_child(odd_sup, {store, 1}), ok = supervisor:delete_child(odd_sup, {store, 1}),
      {ok, _} = supervisor:start_child(odd_sup, ${written}),
      {ok, New} = supervisor:get_childspec(odd_sup, {store, 1}),
      [modules] = [Key || Key <- maps:keys(Old), maps:get(Key, Old) =/= maps:get(Key, New)]`);
    expect(await findingsOf(target)).toEqual([]);
  });

  it("callback-not-declared: of the children of a simple_one_for_one, once for all", async () => {
    const child = "#{id => store, start => {trees_server, start_link, []}, modules => [store_api]}";
    await run(`{trees_sup, start_link, [odd_sup, simple_one_for_one, [${child}]]}`);
    await node.eval("[{ok, _} = supervisor:start_child(odd_sup, []) || _ <- lists:seq(1, 5)]");
    const finding = only(await findingsOf(target), "callback-not-declared");
    expect(finding.pids).toHaveLength(5);
    expect(finding.hint).toContain(
      "#{id => store, start => {trees_server, start_link, []}, modules => [trees_server]}",
    );
  });

  it("callback-not-declared: a warning of a supervisor, whose own state is seldom changed", async () => {
    const start = "start => {trees_sup, start_link, [inner, []]}";
    await run(tree(`#{id => inner, ${start}, type => supervisor, modules => [inner_api]}`));
    const finding = only(await findingsOf(target), "callback-not-declared");
    expect(finding.severity).toBe("warning");
    expect(finding.hint).toContain("type => supervisor, modules => [trees_sup]}");
  });

  it("hidden-subtree", async () => {
    const inner = "#{id => s, start => {trees_server, start_link, [below]}}";
    await run(tree(`#{id => outer, start => {trees_sup, start_link, [outer, [${inner}]]}}`));
    expect(only(await findingsOf(target), "hidden-subtree")).toMatchObject({
      severity: "error",
      pids: [await pid("outer"), await pid("below")],
      hint: expect.stringContaining("#{id => outer, start => {trees_sup, start_link, ") as string,
    });
  });

  it("process-suspended: by sys, also when it hibernates, and by erlang", async () => {
    const server = (name: string): string => `#{id => ${name}, start => {trees_server, start_link, [${name}]}}`;
    await run(tree(server("one"), server("two"), server("three")));
    await node.eval(`sys:suspend(one),
      sys:replace_state(two, fun(S) -> S end), sys:suspend(two),
      spawn(fun() -> register(suspender, self()), erlang:suspend_process(whereis(three)), timer:sleep(infinity) end),
      ${until("process_info(whereis(three), status) =:= {status, suspended}")}`);
    const findings = await findingsOf(target);
    expect(findings.map(({ code, pids }) => [code, ...pids])).toEqual([
      ["process-suspended", await pid("one")],
      ["process-suspended", await pid("two")],
      ["process-suspended", await pid("three")],
    ]);
    expect(findings[0]?.hint).toContain("sys:resume(one)");
    expect(findings[2]?.detail).toContain("erlang:suspend_process/1");
    await node.eval(
      `exit(whereis(suspender), kill), ${until("process_info(whereis(three), status) =/= {status, suspended}")}`,
    );
  });

  it("process-not-responding: a server that is stuck in a callback", async () => {
    await run(tree("#{id => stuck, start => {trees_server, start_link, [stuck]}}"));
    await node.eval(`Self = self(),
      spawn(fun() -> sys:replace_state(stuck, fun(S) -> Self ! stuck, receive go_on -> S end end, infinity) end),
      receive stuck -> ok end`);
    expect(only(await findingsOf(target, { timeoutMs: STUCK_MS }), "process-not-responding")).toMatchObject({
      pids: [await pid("stuck")],
    });
    await node.eval("stuck ! go_on");
  });

  it("process-not-responding: not of a process that knows no system messages, and none is left with it", async () => {
    await run(
      tree("#{id => task, start => {trees_special, deaf, []}}", "#{id => s, start => {trees_server, start_link, []}}"),
    );
    expect(await findingsOf(target)).toEqual([]);
  });

  it("process-not-responding: a supervisor, told once", async () => {
    await run(tree("#{id => waiting, start => {trees_sup, start_link, [waiting, []]}, type => supervisor}"));
    await node.eval(`spawn(fun() ->
      supervisor:start_child(waiting, #{id => late, start => {trees_server, start_late, []}}) end),
      ${until("process_info(whereis(waiting), current_function) =:= {current_function, {trees_server, start_late, 0}}")}`);
    expect(only(await findingsOf(target, { timeoutMs: STUCK_MS }), "process-not-responding").pids).toEqual([
      await pid("waiting"),
    ]);
    await node.eval("waiting ! go_on");
  });

  it("supervisor-suspended, told once", async () => {
    await run(tree("#{id => s, start => {trees_server, start_link, []}}"));
    await node.eval("sys:suspend(odd_sup)");
    const finding = only(await findingsOf(target), "supervisor-suspended");
    expect(finding.pids).toEqual([await pid("odd_sup")]);
    await node.eval("sys:resume(odd_sup)");
  });

  it("dynamic-not-answering", async () => {
    await run(tree("#{id => deaf, start => {trees_special, start_link, [deaf, deaf]}, modules => dynamic}"));
    expect(only(await findingsOf(target, { timeoutMs: STUCK_MS }), "dynamic-not-answering").pids).toEqual([
      await pid("deaf"),
    ]);
  });

  it("supervisor-declared-dynamic: OTP's walk can't use it", async () => {
    const inner = "start => {trees_sup, start_link, [inner, []]}, type => supervisor, modules => dynamic";
    await run(tree(`#{id => inner, ${inner}}`));
    const finding = only(await findingsOf(target), "supervisor-declared-dynamic");
    expect(finding.pids).toEqual([await pid("inner")]);
    expect(finding.hint).toContain("type => supervisor, modules => [trees_sup]}");
    expect(
      await node.eval("catch [M || {_, _, _, Ms} <- release_handler_1:get_supervised_procs(), M <- Ms]"),
    ).toContain("bad_generator");
  });

  it("top-not-supervisor", async () => {
    await run("{trees_strict, start_link, [strict]}");
    expect(only(await findingsOf(target), "top-not-supervisor")).toMatchObject({
      severity: "warning",
      pids: [await pid("strict")],
    });
  });

  it("unsupervised-process", async () => {
    await node.eval(`spawn(fun() -> {ok, _} = trees_server:start_link(alone), timer:sleep(infinity) end),
      ${until("whereis(alone) =/= undefined andalso sys:get_state(alone) =:= []")}`);
    expect(only(await findingsOf(target), "unsupervised-process")).toMatchObject({
      severity: "warning",
      module: "trees_server",
      pids: [await pid("alone")],
    });
    await node.eval(`exit(whereis(alone), kill), ${until("whereis(alone) =:= undefined")}`);
  });

  /** Compiles and loads another version of the module `made`. */
  const load = (version: number): Promise<string> =>
    node.eval(`
      Forms = [begin {ok, T, _} = erl_scan:string(L), {ok, F} = erl_parse:parse_form(T), F end || L <- [
        "-module(made).", "-export([fun_of/0, loop/0]).",
        "fun_of() -> fun() -> ${version} end.", "loop() -> receive ${version} -> loop() end."]],
      {ok, made, Binary} = compile:forms(Forms), {module, made} = code:load_binary(made, "made.beam", Binary)`);
  const unload = "code:purge(made), code:delete(made), code:purge(made)";

  it("old-code-in-use", async () => {
    await load(1);
    await node.eval(`register(looping, spawn(made, loop, [])),
      ${until("process_info(whereis(looping), current_function) =:= {current_function, {made, loop, 0}}")}`);
    expect(await findingsOf(target)).toEqual([]);
    await load(2);
    expect(only(await findingsOf(target), "old-code-in-use")).toMatchObject({
      severity: "warning",
      module: "made",
      pids: [await pid("looping")],
    });
    await node.eval(unload);
  });

  it("fun-in-state: of code that isn't current any more; found only when states are read", async () => {
    await run(tree("#{id => keeper, start => {trees_server, start_link, [keeper]}}"));
    await load(1);
    await node.eval("sys:replace_state(keeper, fun(_) -> {kept, [#{here => made:fun_of()}]} end), ok");
    expect(await findingsOf(target, { states: true })).toEqual([]);
    await load(2);
    expect(await findingsOf(target)).toEqual([]);
    expect(only(await findingsOf(target, { states: true }), "fun-in-state")).toMatchObject({
      severity: "error",
      module: "made",
      pids: [await pid("keeper")],
    });
    await node.eval(`sys:replace_state(keeper, fun(_) -> [] end), ${unload}`);
  });

  it("state-not-read: a process that doesn't tell its state, where states are to be read", async () => {
    const child = (name: string) => `#{id => ${name}, start => {trees_special, start_link, [${name}, ${name}]}}`;
    await run(tree(child("closed"), child("open")));
    expect(await findingsOf(target)).toEqual([]);
    expect(only(await findingsOf(target, { states: true }), "state-not-read")).toMatchObject({
      severity: "warning",
      pids: [await pid("closed")],
    });
  });

  it("message-queue-long", async () => {
    await run(tree("#{id => slow, start => {trees_special, deaf, []}}"));
    await node.eval(`[{_, Slow, _, _}] = supervisor:which_children(odd_sup), erlang:suspend_process(Slow),
      [Slow ! N || N <- lists:seq(1, 1500)],
      Self = self(), spawn(fun() ->
        register(suspender, self()), erlang:suspend_process(Slow), Self ! suspended, timer:sleep(infinity) end),
      receive suspended -> ok end`);
    const findings = await findingsOf(target);
    expect(findings.map(({ code }) => code)).toEqual(["process-suspended", "message-queue-long"]);
    expect(findings[1]?.summary).toContain("1500 messages");
    await node.eval(`[{_, Slow, _, _}] = supervisor:which_children(odd_sup), exit(whereis(suspender), kill),
      ${until("process_info(Slow, status) =/= {status, suspended}")}`);
  });

  it("application-version-mismatch: the .app on disk says another version than what is loaded", async () => {
    const lib = `${built.lib}/odd-2`;
    await node.eval(`ok = filelib:ensure_dir("${lib}/ebin/x"),
      ok = file:write_file("${lib}/ebin/odd.app", "{application, odd, [{vsn, \\"2\\"}, {description, \\"\\"}, {modules, []}, {registered, []}, {applications, []}]}."),
      true = code:add_pathz("${lib}/ebin")`);
    await run(tree());
    expect(only(await findingsOf(target), "application-version-mismatch").summary).toBe(
      `odd is loaded in version 1, but ${lib} holds 2`,
    );
    await node.eval(`code:del_path("${lib}/ebin"), file:del_dir_r("${lib}")`);
  });

  it("code-path-shadowed", async () => {
    const other = `${built.lib}/other-1/ebin`;
    await node.eval(`ok = filelib:ensure_dir("${other}/x"),
      {ok, _} = file:copy(code:which(trees_server), "${other}/trees_server.beam"), true = code:add_patha("${other}")`);
    expect(only(await findingsOf(target), "code-path-shadowed")).toMatchObject({
      module: "trees_server",
      hint: expect.stringContaining(`code:del_path("${built.lib}/trees-1/ebin")`) as string,
    });
    await node.eval(`code:del_path("${other}")`);
  });
});
