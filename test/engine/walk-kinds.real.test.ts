import { afterAll, beforeAll, expect, it } from "vitest";
import { observe } from "../../src/engine/observe.js";
import { walkSupervisionTree } from "../../src/engine/walk.js";
import type { Target } from "../../src/target/target.js";
import { connectTo } from "../support/connect.js";
import { buildApplications, type BuiltApplications } from "../support/erlang-application.js";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { asLines, counted, otpWalk } from "./walks.js";

/** One of every kind of child, in nested supervisors, some with more than one module or with modules of others. */
const TREE = `
Child = fun trees_sup:child/3,
Server = fun(Name, More) -> Child(Name, {trees_server, start_link, [Name]}, More) end,
Sup = fun(Name, Children) ->
  Child(Name, {trees_sup, start_link, [Name, Children]}, #{type => supervisor, modules => [trees_sup]})
end,
ok = trees_app:run(kinds, {trees_sup, start_link, [kinds_sup, [
  Server(server_1, #{}),
  Server(server_2, #{modules => [trees_handler, trees_server]}),
  Sup(nested_1, [
    Server(server_3, #{modules => []}),
    Sup(nested_1_1, [Server(server_4, #{}), Server(server_5, #{restart => temporary})]),
    Child(statem, {trees_statem, start_link, [statem]}, #{})
  ]),
  Child(special, {trees_special, start_link, [special, [trees_handler]]}, #{modules => [trees_special]}),
  Child(answering, {trees_special, start_link, [answering, [trees_handler, trees_server]]}, #{modules => dynamic}),
  Child(manager, {gen_event, start_link, [{local, manager}]}, #{modules => dynamic}),
  Child(named_manager, {gen_event, start_link, [{local, named_manager}]}, #{modules => [gen_event]}),
  Sup(nested_2, [Sup(nested_2_1, [Sup(nested_2_1_1, [Server(server_6, #{})])])]),
  Child(dynamic_sup, {trees_sup, start_link, [dynamic_sup, []]}, #{type => supervisor, modules => dynamic}),
  Server(stopped, #{}),
  Sup(last, [])
]]}),
ok = supervisor:terminate_child(kinds_sup, stopped),
ok = gen_event:add_handler(manager, trees_handler, []),
ok = gen_event:add_handler(manager, {trees_handler, 2}, []),
ok = gen_event:add_handler(named_manager, trees_handler, []),
{ok, Shared} = supervisor:start_child(nested_1, Child(shared, {trees_server, start_link, [shared]}, #{})),
{ok, Shared} = supervisor:start_child(last, Child(shared, {erlang, apply, [fun() -> {ok, Shared} end, []]}, #{modules => [m]})),
ok.
`;

/** A simple_one_for_one with thousands of children, another whose children are all declared dynamic, many supervisors. */
const CROWD = `
Child = fun trees_sup:child/3,
Sup = fun(Name, Strategy, Children) ->
  Child(Name, {trees_sup, start_link, [Name, Strategy, Children]}, #{type => supervisor})
end,
ok = trees_app:run(crowd, {trees_sup, start_link, [crowd_sup, [
  Sup(servers, simple_one_for_one, [Child(server, {trees_server, start_link, []}, #{})]),
  Sup(managers, simple_one_for_one, [Child(manager, {gen_event, start_link, []}, #{modules => dynamic})]),
  Sup(supervisors, simple_one_for_one, [
    Child(sup, {supervisor, start_link, []}, #{type => supervisor})
  ])
]]}),
[{ok, _} = supervisor:start_child(servers, []) || _ <- lists:seq(1, 10000)],
[{ok, _} = supervisor:start_child(managers, []) || _ <- lists:seq(1, 1000)],
Specification = {#{}, [Child(Id, {trees_server, start_link, []}, #{}) || Id <- [a, b]]},
[{ok, _} = supervisor:start_child(supervisors, [trees_sup, Specification]) || _ <- lists:seq(1, 300)],
ok.
`;

describeErlang("the walk over all kinds of processes", () => {
  let built: BuiltApplications;
  let node: PeerNode;
  let target: Target;

  beforeAll(async () => {
    built = await buildApplications(["trees-1"]);
    node = await startNode({ args: ["-pa", `${built.lib}/trees-1/ebin`] });
    await node.eval("{ok, _} = application:ensure_all_started(sasl)");
    target = await connectTo(node);
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
    await built[Symbol.asyncDispose]();
  });

  it("finds nested supervisors, workers, event managers and special processes", async () => {
    await node.eval(TREE);
    const walk = await walkSupervisionTree(target, { timeoutMs: 30_000 });
    const ours = asLines(walk.processes);
    expect(ours).toEqual(await otpWalk(node));
    expect(walk.processes.filter(({ application }) => application === "kinds")).toHaveLength(21);
    expect(walk.anomalies.filter(({ kind }) => kind !== "worker_is_supervisor")).toEqual([]);
  });

  it("knows what each of them runs", async () => {
    const { processes } = await observe(target, { modules: [], probe: [], timeoutMs: 30_000 });
    const known: unknown = Object.fromEntries(
      processes
        .filter(({ application }) => application === "kinds")
        .map((each) => [each.registeredName, [each.callbackModule, each.type, each.modules.join(" ")]]),
    );
    const nested = ["trees_sup", "supervisor", "trees_sup"];
    const server = ["trees_server", "worker", "trees_server"];
    expect(known).toEqual({
      kinds_sup: nested,
      ...{ nested_1: nested, nested_1_1: nested, nested_2: nested, nested_2_1: nested, nested_2_1_1: nested },
      ...{ last: nested, dynamic_sup: ["trees_sup", "supervisor", ""] },
      ...{ server_1: server, server_4: server, server_5: server, server_6: server },
      server_2: ["trees_server", "worker", "trees_handler trees_server"],
      server_3: ["trees_server", "worker", ""],
      statem: ["trees_statem", "worker", "trees_statem"],
      special: ["trees_special", "worker", "trees_special"],
      answering: ["trees_special", "worker", "trees_handler trees_server"],
      // In the order in which it was added, the last first: as the manager says it.
      manager: ["gen_event", "worker", "trees_handler"],
      named_manager: ["gen_event", "worker", "gen_event"],
      // A child of two supervisors that say different modules of it.
      shared: ["trees_server", "worker", "trees_server m"],
    });
  });

  it("needs few round trips, however many children and supervisors there are", async () => {
    const before = counted(target);
    await walkSupervisionTree(before.target, { timeoutMs: 30_000 });
    await node.eval(CROWD);
    const after = counted(target);
    const started = performance.now();
    const { processes } = await walkSupervisionTree(after.target, { timeoutMs: 50_000 });
    const durationMs = performance.now() - started;
    expect(processes.filter(({ application }) => application === "crowd")).toHaveLength(1 + 3 + 11_000 + 300 * 3);
    // The new application is one more to ask for; nothing else grows but batches, of which there are four at a time.
    expect(before.calls()).toBeLessThan(80);
    expect(after.calls() - before.calls()).toBeLessThan(50);
    expect(durationMs).toBeLessThan(50_000);
    expect(asLines(processes)).toEqual(await otpWalk(node));
  });
});
