import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../../src/distribution/index.js";
import { observe } from "../../src/engine/observe.js";
import { walkSupervisionTree } from "../../src/engine/walk.js";
import { pidText } from "../../src/otp/process.js";
import type { Target } from "../../src/target/target.js";
import { printAtom } from "../../src/terms/print.js";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";

/** OTP's own walk, as sorted lines `Pid Supervisor Modules`. */
const OTP_WALK = `
lists:sort([lists:flatten(io_lib:format("~p ~p ~0tp", [Pid, Sup, Mods])) ||
  {Sup, _Name, Pid, Mods} <- release_handler_1:get_supervised_procs()]).
`;

/** Many children, as real systems have them: a simple_one_for_one with thousands, and what OTP's applications start. */
const START = `
[{ok, _} = application:ensure_all_started(App) || App <- [sasl, ssl, inets, mnesia, ssh]],
ok.
`;

describeErlang("the walk over a real node", () => {
  let node: PeerNode;
  let target: Target;

  beforeAll(async () => {
    node = await startNode({ args: ["-mnesia", "schema_location", "ram"] });
    await node.eval(START);
    target = await connect({
      node: `${node.name}:${node.port}`,
      cookie: node.cookie,
      timeoutMs: 5_000,
    });
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
  });

  it("finds what release_handler_1:get_supervised_procs/0 finds", async () => {
    const { processes, anomalies } = await walkSupervisionTree(target, { timeoutMs: 5_000 });
    const ours = processes
      .filter(({ hidden }) => !hidden)
      .map(({ pid, supervisor, modules }) => {
        const parent = supervisor === undefined ? "undefined" : pidText(supervisor);
        return `${pidText(pid)} ${parent} [${modules.map(printAtom).join(",")}]`;
      })
      .sort();
    const theirs = JSON.parse(await node.eval(OTP_WALK)) as string[];
    expect(ours).toEqual(theirs.sort());
    expect(anomalies.filter(({ kind }) => kind !== "worker_is_supervisor")).toEqual([]);
  });

  it("knows the callback module of behaviours and the processes outside every tree", async () => {
    const facts = await observe(target, { modules: ["lists"], probe: [], timeoutMs: 5_000 });
    const named = new Map(facts.processes.map((process) => [process.registeredName, process]));
    expect(named.get("kernel_sup")).toMatchObject({
      callbackModule: "kernel",
      type: "supervisor",
      application: "kernel",
    });
    expect(named.get("sasl_sup")).toMatchObject({ callbackModule: "sasl", supervised: true });
    expect(named.get("init")).toMatchObject({ supervised: false });
    expect(facts.modules.get("lists")?.md5).toMatch(/^[0-9a-f]{32}$/);
  });
});
