import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { examine, examineSnapshot } from "../../../src/engine/doctor/examine.js";
import { observe } from "../../../src/engine/observe.js";
import type { Target } from "../../../src/target/target.js";
import { connectTo } from "../../support/connect.js";
import { describeElixir } from "../../support/erlang.js";
import { startNode, type PeerNode } from "../../support/peer.js";
import { expectSamePlan, livePlan, offlinePlan, snapshotFrom, yamlOf } from "./offline.js";

/** A store whose servers are started by another module, as people write it, with one of most kinds of children. */
const source = (vsn: string, state: string): string => `
defmodule Shop.Server do
  @vsn "${vsn}"
  use GenServer
  def init(name), do: {:ok, ${state}}
  def code_change(_, state, _), do: {:ok, state}
end
defmodule Shop.API do
  def start_link(name), do: GenServer.start_link(Shop.Server, name, name: name)
  def child_spec(name), do: %{id: {name, self()}, start: {__MODULE__, :start_link, [name]}}
end
defmodule Shop.Right do
  @vsn "${vsn}"
  use GenServer
  def start_link(secret), do: GenServer.start_link(__MODULE__, secret, name: __MODULE__)
  def init(_), do: {:ok, "${vsn}"}
end
defmodule Shop.Counter do
  use Agent
  def start_link(_), do: Agent.start_link(fn -> 0 end, name: __MODULE__)
end
defmodule Shop.Job do
  use Task
  def start_link(_), do: Task.start_link(__MODULE__, :run, [])
  def run, do: Process.sleep(:infinity)
end
defmodule Shop.Application do
  use Application
  def start(_, _) do
    {:ok, top} = Supervisor.start_link([
      {Registry, keys: :unique, name: Shop.Registry, partitions: 2},
      {DynamicSupervisor, name: Shop.Stores, strategy: :one_for_one},
      {Task.Supervisor, name: Shop.Tasks},
      Shop.Counter, Shop.Job, {Shop.Right, "hunter2"}, {Shop.API, Shop.One}
    ], strategy: :one_for_one, name: Shop.Top)
    for name <- [Shop.Two, Shop.Three], do: {:ok, _} = DynamicSupervisor.start_child(Shop.Stores, {Shop.API, name})
    {:ok, top}
  end
end
`;

const MODULES = ["Server", "API", "Right", "Counter", "Job", "Application"].map((name) => `'Elixir.Shop.${name}'`);

const run = promisify(execFile);

async function build(lib: string, vsn: string, state: string): Promise<void> {
  const ebin = join(lib, `shop-${vsn}`, "ebin");
  await mkdir(ebin, { recursive: true });
  await writeFile(join(lib, `${vsn}.ex`), source(vsn, state));
  await run("elixirc", ["-o", ebin, join(lib, `${vsn}.ex`)]);
  await writeFile(
    join(ebin, "shop.app"),
    `{application, shop, [{description, "A shop"}, {vsn, "${vsn}"}, {modules, [${MODULES.join(", ")}]}, {registered, []},
      {applications, [kernel, stdlib, elixir]}, {mod, {'Elixir.Shop.Application', []}},
      {env, [{password, "correct horse"}]}]}.`,
  );
  const script =
    "[{update, 'Elixir.Shop.Server', {advanced, []}}, {update, 'Elixir.Shop.Right', {advanced, []}}, {load_module, 'Elixir.Shop.Counter'}]";
  await writeFile(join(ebin, "shop.appup"), `{"${vsn}", [{"1.0.0", ${script}}], [{"1.0.0", ${script}}]}.`);
}

describeElixir("a snapshot of an Elixir node", () => {
  let lib: string;
  let node: PeerNode;
  let target: Target;

  beforeAll(async () => {
    lib = await mkdtemp(join(tmpdir(), "relupctl-elixir-"));
    await Promise.all([build(lib, "1.0.0", "[name]"), build(lib, "2.0.0", "%{name: name}")]);
    node = await startNode({ elixir: true });
    await node.eval(`code:add_patha("${lib}/shop-1.0.0/ebin"), {ok, _} = application:ensure_all_started(shop)`);
    target = await connectTo(node);
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
    await rm(lib, { recursive: true, force: true });
  });

  it("gives the plan that the node gives, its findings and coverage included", async () => {
    const here = join(lib, "elsewhere", "shop-2.0.0");
    await cp(join(lib, "shop-2.0.0"), here, { recursive: true });
    const to = { app: join(lib, "shop-2.0.0"), here };
    const live = await livePlan(target, to);
    expect(live.findings.map(({ code }) => code)).toContain("callback-not-declared");
    expect(live.coverage.find(({ module }) => module === "Elixir.Shop.Server")?.missed).toHaveLength(3);
    expectSamePlan(await offlinePlan(await snapshotFrom(target), "/nowhere", to), live);
  });

  it("has the tree of the node, process by process", async () => {
    const live = await observe(target, { modules: [], probe: [], timeoutMs: 30_000 });
    const { facts } = await snapshotFrom(target);
    const ofShop = (processes: typeof live.processes) => processes.filter(({ application }) => application === "shop");
    expect(ofShop(facts.processes).length).toBeGreaterThan(10);
    expect(ofShop(facts.processes)).toEqual(ofShop(live.processes));
    expect(facts.applications).toEqual(live.applications);
    expect(facts.anomalies).toEqual(live.anomalies);
  });

  it("lets doctor find what it finds on the node, but for how children are started", async () => {
    const live = await examine(target, { timeoutMs: 30_000, states: false });
    const offline = await examineSnapshot(await snapshotFrom(target));
    const found = ({ findings }: typeof live) => findings.map(({ code, module, pids }) => ({ code, module, pids }));
    expect(found(offline)).toEqual(found(live));
    expect(found(live).map(({ code }) => code)).toContain("callback-not-declared");
  });

  it("holds no state, no value of an environment and no argument of a child", async () => {
    const yaml = await yamlOf(target);
    expect(yaml).toContain("environmentKeys: [password]");
    expect(yaml).not.toContain("correct horse");
    expect(yaml).not.toContain("hunter2");
    const asked = await yamlOf(target, { withEnv: true });
    expect(asked).toContain("correct horse");
  });
});
