import { afterAll, beforeAll, expect, it } from "vitest";
import { observeProcesses } from "../../src/engine/processes.js";
import type { Target } from "../../src/target/target.js";
import type { ObservedProcess } from "../../src/upgrade/facts.js";
import { coverageOf } from "../../src/upgrade/coverage.js";
import { connectTo } from "../support/connect.js";
import { buildApplications, type BuiltApplications } from "../support/erlang-application.js";
import { describeErlang } from "../support/erlang.js";
import { advancedUpdate } from "../support/facts.js";
import { hibernates, type PeerNode, startNode } from "../support/peer.js";

/** Starts processes, registers each under a name, and has them do what makes their code hard to tell. */
const START = `
Named = fun(Name, {ok, Pid}) -> register(Name, Pid), Pid; (Name, Pid) -> register(Name, Pid), Pid end,
Server = fun(Name) -> Named(Name, running_server:start(a_state)) end,
Machine = fun(Name) -> Named(Name, running_machine:start()) end,
Server(plain_server),
Named(entered, running_entry:start(state_that_is_an_atom)),
{module, _} = code:load_file(trees_server),
ok = gen_server:call(Server(became), {become, trees_server}),
ok = gen_server:call(Server(asleep), hibernate),
ok = gen_server:call(Server(asleep_suspended), hibernate), ok = sys:suspend(asleep_suspended),
ok = sys:suspend(Server(suspended)),
ok = sys:suspend(Named(entered_suspended, running_entry:start({some, "text, other_atom,infinity", [1, 2]}))),
gen_server:cast(Server(busy), {work, 60000}),
Machine(machine),
ok = gen_statem:call(Machine(changed), {change_callback_module, running_next}),
ok = gen_statem:call(Machine(pushed), {push_callback_module, running_next}),
ok = gen_statem:call(Machine(changed_asleep), {change_callback_module, running_next}),
ok = gen_statem:call(changed_asleep, hibernate),
ok = gen_statem:call(Machine(changed_suspended), {change_callback_module, running_next}),
ok = sys:suspend(changed_suspended),
ok = gen_event:add_handler(Named(manager, gen_event:start()), running_handler, []),
ok = gen_event:add_handler(manager, {running_handler, again}, []),
Named(bridge, running_bridge:start()),
Named(looping, spawn(running_own, loop, [])),
Named(looping_fun, spawn(fun() -> running_own:loop() end)),
Named(proc_loop, proc_lib:spawn(running_own, loop, [])),
Named(waiting, spawn(running_own, wait_for, [whereis(busy)])),
trees_special:start_link(special, [m]),
In = fun(Name) -> {_, Where} = process_info(whereis(Name), current_function), Where end,
Until = fun Until(Condition) -> Condition() orelse begin timer:sleep(5), Until(Condition) end end,
Until(fun() -> ${["asleep", "asleep_suspended", "changed_asleep"].map(hibernates).join(" andalso ")} end),
Until(fun() -> lists:all(fun(Name) -> In(Name) =:= {running_own, loop, 0} end, [looping, looping_fun, proc_loop]) end),
Until(fun() -> process_info(whereis(busy), message_queue_len) =:= {message_queue_len, 1} end),
ok.
`;

describeErlang("what processes run", () => {
  let built: BuiltApplications;
  let node: PeerNode;
  let other: PeerNode;
  let target: Target;

  beforeAll(async () => {
    built = await buildApplications(["trees-1", "running-1"]);
    const paths = ["-pa", `${built.lib}/trees-1/ebin`, "-pa", `${built.lib}/running-1/ebin`];
    [node, other] = await Promise.all([
      startNode({ args: paths, cookie: "c" }),
      startNode({ args: paths, cookie: "c" }),
    ]);
    // The processes live as long as the one that starts them: bridges and special ones are linked.
    await node.eval(`Self = self(), spawn(fun() -> ${START.trim().replace(/,\nok\.$/, "")}, Self ! ready, receive after infinity -> ok end end),
      receive ready -> ok end`);
    target = await connectTo(node);
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await Promise.all([node.stop(), other.stop()]);
    await built[Symbol.asyncDispose]();
  });

  const observed = async (): Promise<Map<string, ObservedProcess>> => {
    const { processes } = await observeProcesses(target, { timeoutMs: 30_000 });
    return new Map(processes.map((process) => [process.registeredName ?? process.text, process]));
  };

  it("is found out though they changed their module, are suspended, or hibernate", async () => {
    const processes = await observed();
    const told = (name: string): unknown[] => {
      const { kind, callbackModule, suspended, hibernating } = processes.get(name)!;
      return [kind, callbackModule, suspended, ...(hibernating === true ? ["hibernating"] : [])];
    };
    expect(told("plain_server")).toEqual(["gen_server", "running_server", false]);
    expect(told("entered")).toEqual(["gen_server", "running_server", false]);
    expect(told("became")).toEqual(["gen_server", "trees_server", false]);
    expect(told("asleep")).toEqual(["gen_server", "running_server", false, "hibernating"]);
    expect(told("asleep_suspended")).toEqual(["gen_server", "running_server", true, "hibernating"]);
    expect(told("suspended")).toEqual(["gen_server", "running_server", true]);
    expect(told("entered_suspended")).toEqual(["gen_server", "running_server", true]);
    expect(told("busy")).toEqual(["gen_server", "running_server", false]);
    expect(told("machine")).toEqual(["gen_statem", "running_machine", false]);
    expect(told("changed")).toEqual(["gen_statem", "running_next", false]);
    expect(told("pushed")).toEqual(["gen_statem", "running_next", false]);
    expect(told("changed_asleep")).toEqual(["gen_statem", "running_next", false, "hibernating"]);
    expect(told("changed_suspended")).toEqual(["gen_statem", "running_next", true]);
    expect(told("manager")).toEqual(["gen_event", "gen_event", false]);
    expect(told("bridge")).toEqual(["supervisor_bridge", "running_bridge", false]);
    expect(told("special")).toEqual(["special", "trees_special", false]);
    expect(processes.get("manager")?.handlers).toEqual(["running_handler"]);
  });

  it("is not disturbed by being looked at", async () => {
    await observed();
    expect(await node.eval(["asleep", "asleep_suspended", "changed_asleep"].map(hibernates).join(" andalso "))).toBe(
      "true",
    );
    expect(
      await node.eval(
        "[process_info(whereis(Name), message_queue_len) || Name <- [looping, proc_loop, waiting, busy]]",
      ),
    ).toBe("[{message_queue_len,0},{message_queue_len,0},{message_queue_len,0},{message_queue_len,1}]");
  });

  it("is told by the stack where it is code of their own", async () => {
    const processes = await observed();
    for (const name of ["looping", "looping_fun", "proc_loop", "waiting"]) {
      expect(processes.get(name)).toMatchObject({ kind: "own_code", suspended: false });
      expect(processes.get(name)?.stack, name).toContain("running_own");
    }
  });

  it("is accounted for in a plan, each process with a reason", async () => {
    const processes = [...(await observed()).values()];
    const script = ["running_server", "running_next", "running_handler", "running_own"].flatMap((module) =>
      advancedUpdate(module),
    );
    const accounts = (includeMissed: boolean): unknown =>
      Object.fromEntries(
        coverageOf(script, processes, { includeMissed }).map(({ module, reasons }) => [
          module,
          reasons.map(({ outcome, reason, processes }) => [
            `${outcome} ${reason}`,
            processes
              .map(({ registeredName }) => registeredName ?? "-")
              .sort()
              .join(" "),
          ]),
        ]),
      );
    const servers = "asleep asleep_suspended busy entered entered_suspended plain_server suspended";
    const machines = "changed changed_asleep changed_suspended pushed";
    // The one that the bridge started has no name.
    const own = "- looping looping_fun proc_loop waiting";
    expect(accounts(false)).toEqual({
      running_server: [["missed unsupervised-process", servers]],
      running_next: [["missed unsupervised-process", machines]],
      running_handler: [["missed unsupervised-process", "manager"]],
      running_own: [["missed own-code", own]],
    });
    expect(accounts(true)).toEqual({
      running_server: [["migrated included", servers]],
      running_next: [["migrated included", machines]],
      running_handler: [["migrated included", "manager"]],
      running_own: [["missed own-code", own]],
    });
  });

  it("leaves out children on other nodes, and says where they are", async () => {
    await node.eval(`
      true = net_kernel:connect_node('${other.name}'),
      Start = fun() -> {ok, rpc:call('${other.name}', erlang, spawn, [running_own, loop, []])} end,
      Child = trees_sup:child(far, {erlang, apply, [Start, []]}, #{modules => [running_server]}),
      trees_app:run(remote, {trees_sup, start_link, [remote_sup, [Child, trees_sup:child(near, {trees_server, start_link, []}, #{})]]})`);
    const { walk, processes } = await observeProcesses(target, { timeoutMs: 30_000 });
    expect(processes.filter(({ application }) => application === "remote")).toHaveLength(2);
    expect(walk.remote.map(({ pid, modules, application }) => [pid.node.name, modules, application])).toEqual([
      [other.name, ["running_server"], "remote"],
    ]);
  });
});
