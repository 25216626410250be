import { afterAll, beforeAll, expect, it } from "vitest";
import { observe } from "../../src/engine/observe.js";
import { walkSupervisionTree } from "../../src/engine/walk.js";
import type { Target } from "../../src/target/target.js";
import { connectTo } from "../support/connect.js";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { asLines, otpWalk } from "./walks.js";

/** What real systems run. */
const START = `
[{ok, _} = application:ensure_all_started(App) || App <- [sasl, ssl, inets, mnesia, ssh]],
{ok, _} = inets:start(httpd, [{port, 0}, {bind_address, {127,0,0,1}}, {server_name, "walk"},
  {server_root, "/tmp"}, {document_root, "/tmp"}]),
ok.
`;

/** What the node itself tells of every process, as `Pid Module`; nothing where it tells nothing. */
const INITIAL_CALLS = `
[lists:flatten(io_lib:format("~p ~p", [Pid, case proc_lib:translate_initial_call(Pid) of
  {supervisor, Module, 1} -> Module;
  {supervisor_bridge, Module, 1} -> Module;
  {proc_lib, init_p, 5} -> none;
  {Module, _, _} -> Module
end])) || Pid <- processes()].
`;

describeErlang("the walk over OTP's own applications", () => {
  let node: PeerNode;
  let target: Target;

  beforeAll(async () => {
    node = await startNode({ args: ["-mnesia", "schema_location", "ram"] });
    await node.eval(START);
    target = await connectTo(node);
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
  });

  it("finds what release_handler_1:get_supervised_procs/0 finds, in the same order", async () => {
    const { processes, anomalies } = await walkSupervisionTree(target, { timeoutMs: 30_000 });
    const ours = asLines(processes);
    expect(ours).toEqual(await otpWalk(node));
    expect(ours.length).toBeGreaterThan(50);
    expect(anomalies.filter(({ kind }) => kind !== "worker_is_supervisor")).toEqual([]);
  });

  it("knows the callback module of every process that tells it", async () => {
    const facts = await observe(target, { modules: ["lists"], probe: [], timeoutMs: 30_000 });
    const known = new Map(facts.processes.map(({ text, callbackModule }) => [text, callbackModule ?? "none"]));
    const told = (JSON.parse(await node.eval(INITIAL_CALLS)) as string[]).map((line) => line.split(" "));
    // Processes that came or went meanwhile are in one of the two only: those that answer the question itself.
    const both = told.filter(([pid]) => known.has(pid!));
    expect(both.length).toBeGreaterThan(told.length - 10);
    expect(both.filter(([pid, module]) => known.get(pid!) !== module)).toEqual([]);

    const named = new Map(facts.processes.map((process) => [process.registeredName, process]));
    expect(named.get("kernel_sup")).toMatchObject({
      callbackModule: "kernel",
      type: "supervisor",
      application: "kernel",
    });
    expect(named.get("sasl_sup")).toMatchObject({ callbackModule: "sasl", supervised: true });
    expect(named.get("alarm_handler")).toMatchObject({ callbackModule: "gen_event", modules: ["alarm_handler"] });
    expect(named.get("init")).toMatchObject({ supervised: false });
    expect(facts.modules.get("lists")?.md5).toMatch(/^[0-9a-f]{32}$/);
  });
});
