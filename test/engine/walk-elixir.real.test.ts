import { afterAll, beforeAll, expect, it } from "vitest";
import { observe } from "../../src/engine/observe.js";
import { walkSupervisionTree } from "../../src/engine/walk.js";
import type { Target } from "../../src/target/target.js";
import { coverageOf } from "../../src/upgrade/coverage.js";
import { connectTo } from "../support/connect.js";
import { describeElixir } from "../support/erlang.js";
import { advancedUpdate } from "../support/facts.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { asLines, otpWalk } from "./walks.js";

/** An Elixir application with one of each of the supervisors and processes that Elixir brings. */
const SHOP = `
defmodule Shop.Server do
  use GenServer
  def start_link(name), do: GenServer.start_link(__MODULE__, name, name: name)
  def child_spec(name), do: %{id: name, start: {__MODULE__, :start_link, [name]}}
  def init(name), do: {:ok, name}
end
defmodule Shop.Stores do
  use DynamicSupervisor
  def start_link(_), do: DynamicSupervisor.start_link(__MODULE__, [], name: __MODULE__)
  def init(_), do: DynamicSupervisor.init(strategy: :one_for_one)
end
defmodule Shop.Counter do
  use Agent
  def start_link(_), do: Agent.start_link(fn -> 0 end, name: __MODULE__)
end
defmodule Shop.Job do
  use Task
  def start_link(_), do: Task.start_link(__MODULE__, :run, [])
  def run, do: Process.register(self(), __MODULE__) && Process.sleep(:infinity)
  def work do
    Process.sleep(:infinity)
    :done
  end
end
defmodule Shop.Supervisor do
  use Supervisor
  def start_link(children), do: Supervisor.start_link(__MODULE__, children, name: __MODULE__)
  def init(children), do: Supervisor.init(children, strategy: :rest_for_one)
end
defmodule Shop.Application do
  use Application
  def start(_, _) do
    Supervisor.start_link([
      {Registry, keys: :unique, name: Shop.Registry, partitions: 2},
      Shop.Stores,
      {Task.Supervisor, name: Shop.Tasks},
      {PartitionSupervisor, child_spec: Shop.Counter.child_spec([]) |> Map.put(:start, {Agent, :start_link, [fn -> 0 end]}), name: Shop.Partitions, partitions: 3},
      {Shop.Supervisor, [Shop.Counter, Shop.Job, {Shop.Server, Shop.One}]},
      {DynamicSupervisor, name: Shop.Plain, strategy: :one_for_one},
      # Without type: :supervisor, as hand-written specifications are now and then.
      %{id: Shop.Hidden, start: {DynamicSupervisor, :start_link, [[name: Shop.Hidden, strategy: :one_for_one]]}}
    ], strategy: :one_for_one, name: Shop.Top)
  end
end
# An application whose top process is a dynamic supervisor.
defmodule Dynamic.Application do
  use Application
  def start(_, _), do: Shop.Stores.start_link([]) && DynamicSupervisor.start_link(strategy: :one_for_one, name: Dynamic.Top)
end
:ok = :application.load({:application, :shop, [vsn: '1', applications: [], mod: {Shop.Application, []}]})
:ok = Application.start(:shop)
:ok = :application.load({:application, :dynamic, [vsn: '1', applications: [], mod: {Dynamic.Application, []}]})
:ok = Application.start(:dynamic)
for n <- 1..5, do: {:ok, _} = DynamicSupervisor.start_child(Shop.Stores, {Shop.Server, :"store#{n}"})
{:ok, _} = DynamicSupervisor.start_child(Dynamic.Top, {Shop.Server, :under_dynamic})
{:ok, _} = DynamicSupervisor.start_child(Shop.Hidden, {Shop.Server, :hidden_store})
{:ok, _} = DynamicSupervisor.start_child(Shop.Plain, {Shop.Supervisor, []} |> Supervisor.child_spec(start: {Supervisor, :start_link, [[{Shop.Server, :deep}], [strategy: :one_for_one]]}))
{:ok, _} = Task.Supervisor.start_child(Shop.Tasks, Shop.Job, :work, [])
:ok
`;

describeElixir("the walk over an Elixir node", () => {
  let node: PeerNode;
  let target: Target;
  /** Whether a DynamicSupervisor tells OTP its callback module: those of newer versions of Elixir don't. */
  let tellsModule: boolean;

  beforeAll(async () => {
    node = await startNode({ elixir: true });
    await node.eval("{ok, _} = application:ensure_all_started(sasl)");
    await node.eval(`'Elixir.Code':eval_string(<<${JSON.stringify(SHOP)}/utf8>>)`);
    target = await connectTo(node);
    const told = await node.eval("catch supervisor:get_callback_module('Elixir.Dynamic.Top')");
    tellsModule = told === "'Elixir.Supervisor.Default'";
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
  });

  it("finds what OTP's walk finds, and says which supervisor hides its children from it", async () => {
    const { processes, anomalies } = await walkSupervisionTree(target, { timeoutMs: 30_000 });
    expect(asLines(processes)).toEqual(await otpWalk(node));
    expect(processes.filter(({ application }) => application === "shop").length).toBeGreaterThan(20);
    const hidden = await node.eval("whereis('Elixir.Shop.Hidden')");
    expect(anomalies.filter(({ application }) => application === "shop")).toEqual([
      { kind: "worker_is_supervisor", pid: hidden, application: "shop" },
    ]);
    const top = await node.eval("whereis('Elixir.Dynamic.Top')");
    expect(anomalies.filter(({ application }) => application === "dynamic")).toEqual(
      tellsModule ? [] : [{ kind: "callback_module_unknown", pid: top, application: "dynamic" }],
    );
  });

  it("knows what Elixir's processes run, as far as they tell", async () => {
    const { processes } = await observe(target, { modules: [], probe: [], timeoutMs: 30_000 });
    const named = (name: string): object | undefined => {
      const found = processes.find(({ registeredName }) => registeredName === name);
      return found && { runs: found.callbackModule, modules: found.modules, hidden: found.hidden, type: found.type };
    };
    const kindOf = (name: string): string | undefined =>
      processes.find(({ registeredName }) => registeredName === name)?.kind;
    expect(kindOf("Elixir.Shop.One")).toBe("gen_server");
    expect(kindOf("Elixir.Shop.Counter")).toBe("agent");
    expect(kindOf("Elixir.Shop.Job")).toBe("own_code");
    expect(kindOf("Elixir.Dynamic.Top")).toBe("supervisor");
    const worker = (runs: string, modules = [runs], hidden = false): object => ({
      ...{ runs, modules, hidden, type: "worker" },
    });
    const supervisor = (runs: string, modules = [runs]): object => ({
      ...{ runs, modules, hidden: false, type: "supervisor" },
    });
    expect(named("Elixir.Shop.One")).toEqual(worker("Elixir.Shop.Server"));
    expect(named("store3")).toEqual(worker("Elixir.Shop.Server"));
    expect(named("deep")).toEqual(worker("Elixir.Shop.Server"));
    expect(named("hidden_store")).toEqual(worker("Elixir.Shop.Server", ["Elixir.Shop.Server"], true));
    expect(named("under_dynamic")).toEqual(worker("Elixir.Shop.Server"));
    // An agent notes the module of the function that it was started with.
    expect(named("Elixir.Shop.Counter")).toEqual(worker("Elixir.Shop.Counter"));
    expect(named("Elixir.Shop.Job")).toEqual(worker("Elixir.Shop.Job"));
    expect(named("Elixir.Shop.Top")).toEqual(supervisor("Elixir.Supervisor.Default"));
    expect(named("Elixir.Shop.Supervisor")).toEqual(supervisor("Elixir.Shop.Supervisor"));
    expect(named("Elixir.Shop.Stores")).toEqual(supervisor("Elixir.Shop.Stores"));
    expect(named("Elixir.Shop.Tasks")).toEqual(supervisor("Elixir.Task.Supervisor"));
    expect(named("Elixir.Dynamic.Top")).toMatchObject({ type: "supervisor", hidden: !tellsModule });
  });

  it("accounts for agents, tasks and wrapped servers in a plan", async () => {
    const { processes, remoteChildren = [] } = await observe(target, { modules: [], probe: [], timeoutMs: 30_000 });
    const modules = ["Elixir.Shop.Counter", "Elixir.Shop.Application", "Elixir.Shop.Job", "Elixir.Shop.Server"];
    const script = modules.flatMap((module) => advancedUpdate(module));
    const accounts = Object.fromEntries(
      coverageOf(script, processes, { includeMissed: true, remoteChildren }).map(({ module, reasons }) => [
        module,
        reasons.map(({ outcome, reason, processes }) => `${processes.length} ${outcome} ${reason}`).sort(),
      ]),
    );
    expect(accounts).toEqual({
      "Elixir.Shop.Counter": ["1 migrated declared"],
      // Agents that were started with a function of this module, declared as Elixir's own.
      "Elixir.Shop.Application": ["3 migrated included"],
      // One is a child that names its module; the other was started by the Task.Supervisor.
      "Elixir.Shop.Job": ["1 migrated declared", "1 missed own-code"],
      "Elixir.Shop.Server": ["1 migrated included", "8 migrated declared"],
    });
  });
});
