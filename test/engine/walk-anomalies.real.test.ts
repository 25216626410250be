import { afterEach, beforeEach, expect, it, afterAll, beforeAll } from "vitest";
import { walkSupervisionTree, type Walk } from "../../src/engine/walk.js";
import type { Target } from "../../src/target/target.js";
import { connectTo } from "../support/connect.js";
import { buildApplications, type BuiltApplications } from "../support/erlang-application.js";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { asLines, otpWalk } from "./walks.js";

/** What answers does so by then; what doesn't is waited for as long. */
const TIMEOUT_MS = 1_200;
/** So many at once: one after another they would take far longer than a busy machine does. */
const MANY = 40;
/** Where nothing is to be waited for. */
const LONG_MS = 20_000;

/** Where OTP's own walk fails, stalls, or ends the process it asks. */
describeErlang("the walk where something is wrong", () => {
  let built: BuiltApplications;
  let node: PeerNode;
  let target: Target;

  beforeAll(async () => {
    built = await buildApplications(["trees-1"]);
  });
  beforeEach(async () => {
    node = await startNode({ args: ["-pa", `${built.lib}/trees-1/ebin`, "-kernel", "logger_level", "none"] });
    await node.eval("{ok, _} = application:ensure_all_started(sasl)");
    target = await connectTo(node);
    await node.eval(HEALTHY);
  });
  afterEach(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
  });

  /** Walks, and holds what is common to all: it comes back in time, and the healthy application is there as always. */
  async function walk(timeoutMs = LONG_MS): Promise<Walk & { readonly durationMs: number }> {
    const started = performance.now();
    const found = await walkSupervisionTree(target, { timeoutMs });
    const durationMs = performance.now() - started;
    expect(found.processes.filter(({ application }) => application === "healthy")).toHaveLength(3);
    return { ...found, durationMs };
  }

  const run = (name: string, mfa: string): Promise<string> => node.eval(`ok = trees_app:run(${name}, ${mfa})`);
  const tree = (children: string): string => `{trees_sup, start_link, [odd_sup, [${children}]]}`;
  const pid = (name: string): Promise<string> => node.eval(`whereis(${name})`);
  /** OTP's walk; what stalls is hardly waited for. */
  const otpFails = (expected: "fails" | "stalls" = "fails"): Promise<string> =>
    node.eval(`
    {_, Ref} = spawn_monitor(fun() -> exit({walked, release_handler_1:get_supervised_procs()}) end),
    receive {'DOWN', Ref, process, _, {walked, _}} -> walked; {'DOWN', Ref, process, _, _} -> fails after ${expected === "stalls" ? 1_000 : 30_000} -> stalls end`);

  it("goes on past a suspended supervisor", async () => {
    await run("odd", tree("#{id => s, start => {trees_server, start_link, []}}"));
    await node.eval("sys:suspend(odd_sup)");
    const { anomalies, durationMs } = await walk();
    expect(anomalies).toEqual([{ kind: "supervisor_suspended", pid: await pid("odd_sup"), application: "odd" }]);
    expect(durationMs).toBeLessThan(LONG_MS);
    expect(await otpFails()).toBe("fails");
  });

  it("takes applications without processes as they are", async () => {
    await node.eval(
      'ok = application:load({application, bare, [{vsn, "1"}, {applications, []}]}), application:start(bare)',
    );
    const { anomalies, processes } = await walk();
    expect(anomalies).toEqual([]);
    expect(asLines(processes)).toEqual(await otpWalk(node));
  });

  it("asks a top process that is no supervisor nothing that would end it", async () => {
    await run("odd", "{trees_strict, start_link, [strict]}");
    const strict = await pid("strict");
    const { anomalies, processes } = await walk();
    expect(anomalies).toEqual([{ kind: "callback_module_unknown", pid: strict, application: "odd" }]);
    expect(processes.find(({ application }) => application === "odd")).toMatchObject({ hidden: true, modules: [] });
    expect(await pid("strict")).toBe(strict);
    // OTP's own walk ends it, and the application with it.
    await otpFails();
    expect(await node.eval("whereis(strict)")).toBe("undefined");
  });

  it("asks a special process at the top for its children, as OTP does", async () => {
    await run("odd", "{trees_special, start_link, [special, deaf]}");
    const { anomalies } = await walk(TIMEOUT_MS);
    expect(anomalies.map(({ kind }) => kind)).toEqual(["callback_module_unknown", "supervisor_not_responding"]);
    expect(await otpFails("stalls")).toBe("stalls");
  });

  it("takes a top process that answers nothing, and that OTP hasn't started, for no supervisor", async () => {
    await run("odd", "{trees_special, deaf, []}");
    const { anomalies, processes, durationMs } = await walk(TIMEOUT_MS);
    expect(anomalies).toMatchObject([{ kind: "callback_module_unknown", application: "odd" }]);
    expect(processes.find(({ application }) => application === "odd")).toMatchObject({ hidden: true, modules: [] });
    expect(durationMs).toBeLessThan(LONG_MS);
    expect(await otpFails("stalls")).toBe("stalls");
  });

  it("asks a gen_server that is declared dynamic nothing that would end it", async () => {
    await run("odd", tree("#{id => s, start => {trees_strict, start_link, [strict]}, modules => dynamic}"));
    const strict = await pid("strict");
    const { anomalies, processes } = await walk();
    expect(anomalies).toEqual([{ kind: "dynamic_not_responding", pid: strict, application: "odd" }]);
    expect(processes.find(({ dynamic, application }) => dynamic && application === "odd")?.modules).toEqual([]);
    expect(await pid("strict")).toBe(strict);
    await otpFails();
    expect(await node.eval("whereis(strict)")).toBe("undefined");
  });

  it("gives up on dynamic children that don't say their modules, all of them at the same time", async () => {
    const deaf = Array.from(
      { length: MANY },
      (_, n) => `#{id => ${n}, start => {trees_special, start_link, [deaf_${n}, deaf]}, modules => dynamic}`,
    );
    await run("odd", tree(deaf.join(", ")));
    const { anomalies, durationMs } = await walk(TIMEOUT_MS);
    expect(anomalies.map(({ kind }) => kind)).toEqual(deaf.map(() => "dynamic_not_responding"));
    expect(durationMs).toBeLessThan((MANY / 2) * TIMEOUT_MS);
    expect(await otpFails("stalls")).toBe("stalls");
  });

  it("gives up on supervisors that wait for a child to start, all of them at the same time", async () => {
    const names = Array.from({ length: MANY }, (_, index) => `waiting_${index}`);
    const children = names.map(
      (name) => `#{id => ${name}, start => {trees_sup, start_link, [${name}, []]}, type => supervisor}`,
    );
    await run("odd", tree(children.join(", ")));
    await node.eval(`
      [spawn(fun() -> supervisor:start_child(Name, #{id => late, start => {trees_server, start_late, []}}) end) ||
        Name <- [${names.join(", ")}]],
      Wait = fun Wait(Name) -> case process_info(whereis(Name), current_function) of
        {_, {trees_server, start_late, 0}} -> ok; _ -> timer:sleep(5), Wait(Name) end end,
      lists:foreach(Wait, [${names.join(", ")}])`);
    const { anomalies, durationMs } = await walk(TIMEOUT_MS);
    expect(anomalies.map(({ kind }) => kind)).toEqual(names.map(() => "supervisor_not_responding"));
    expect(durationMs).toBeLessThan((MANY / 2) * TIMEOUT_MS);
    expect(await otpFails("stalls")).toBe("stalls");
  });

  it("looks below a supervisor that is declared a worker, and marks what OTP doesn't see", async () => {
    const inner = "#{id => s, start => {trees_server, start_link, [below]}}";
    const middle = `#{id => middle, type => supervisor, start => {trees_sup, start_link, [middle, [${inner}]]}}`;
    await run("odd", tree(`#{id => outer, start => {trees_sup, start_link, [outer, [${middle}]]}}`));
    const { anomalies, processes } = await walk();
    expect(anomalies).toEqual([{ kind: "worker_is_supervisor", pid: await pid("outer"), application: "odd" }]);
    expect(asLines(processes)).toEqual(await otpWalk(node));
    const odd = processes.filter(({ application }) => application === "odd");
    expect(odd.map(({ hidden, type }) => [hidden, type])).toEqual([
      [false, "worker"],
      [true, "supervisor"],
      [true, "worker"],
      [false, "supervisor"],
    ]);
  });

  it("takes a supervisor that ends meanwhile for one without children", async () => {
    const inner = "#{id => inner, type => supervisor, restart => temporary, start => {trees_special, mortal, []}}";
    await run("odd", tree(inner));
    expect(await node.eval("length(supervisor:which_children(odd_sup))")).toBe("1");
    const { anomalies, processes } = await walk();
    expect(anomalies).toEqual([]);
    expect(processes.filter(({ application }) => application === "odd")).toHaveLength(2);
    expect(await node.eval("supervisor:which_children(odd_sup)")).toBe("[]");
  });
});

const HEALTHY = `
ok = trees_app:run(healthy, {trees_sup, start_link, [healthy_sup,
  [#{id => Id, start => {trees_server, start_link, []}} || Id <- [a, b]]]})
`;
