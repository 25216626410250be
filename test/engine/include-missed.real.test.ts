import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { applyUpgrade, type Applied } from "../../src/engine/apply.js";
import { planUpgrade } from "../../src/engine/plan.js";
import type { PreparedUpgrade } from "../../src/engine/prepared.js";
import { readApplicationUpgrade } from "../../src/engine/source/application.js";
import type { Target } from "../../src/target/target.js";
import { connectTo } from "../support/connect.js";
import { buildApplications, type BuiltApplications } from "../support/erlang-application.js";
import { describeElixir, describeErlang } from "../support/erlang.js";
import { hibernates, type PeerNode, startNode } from "../support/peer.js";

/** As the command line does with --include-missed. */
const including = (prepared: PreparedUpgrade): PreparedUpgrade => ({
  ...prepared,
  upgrade: { ...prepared.upgrade, includeMissed: true },
});

/** Per module, how many processes meet what for which reason. */
const accounts = ({ plan }: Pick<Applied, "plan">): Record<string, string[]> =>
  Object.fromEntries(
    plan.coverage.map(({ module, reasons }) => [
      module,
      reasons.map(({ outcome, reason, processes }) => `${processes.length} ${outcome} ${reason}`),
    ]),
  );

/** Processes that no supervisor has. */
const START = `
Named = fun(Name, {ok, Pid}) -> register(Name, Pid), Pid end,
Named(plain, running_server:start(one)),
Named(entered, running_entry:start(two)),
Named(asleep, running_server:start(three)), ok = gen_server:call(asleep, hibernate),
Named(machine, running_machine:start()), ok = gen_statem:call(machine, {change_callback_module, running_next}),
Named(left, running_machine:start()),
Named(manager, gen_event:start()),
ok = gen_event:add_handler(manager, running_handler, four),
ok = gen_event:add_handler(manager, {running_handler, other}, five),
ok = gen_event:add_handler(manager, trees_handler, six),
ok.
`;
const STATES = "[sys:get_state(Name) || Name <- [plain, entered, asleep, machine, manager]]";
const OLD_STATES =
  "[one,two,three,{idle,#{}},[{trees_handler,false,six},{running_handler,other,five},{running_handler,false,four}]]";
const NEW_STATES =
  "[{0,one},{0,two},{0,three},{idle,#{counted => 0}},[{trees_handler,false,six},{running_handler,other,{0,five}},{running_handler,false,{0,four}}]]";

describeErlang("an upgrade that includes the missed processes", () => {
  let built: BuiltApplications;
  let node: PeerNode;
  let target: Target;
  beforeAll(async () => {
    built = await buildApplications(["trees-1", "running-1", "running-2"]);
    node = await startNode({ args: ["-pa", `${built.lib}/trees-1/ebin`] });
    await node.eval(`code:add_patha("${built.lib}/running-1/ebin"), ok = application:start(running), ${START}`);
    target = await connectTo(node);
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await node.stop();
    await built[Symbol.asyncDispose]();
  });

  const prepared = (vsn: string): Promise<PreparedUpgrade> =>
    readApplicationUpgrade(target, `${built.lib}/running-${vsn}`);

  it("is another plan than the one that misses them", async () => {
    const upgrade = await prepared("2");
    const missing = await planUpgrade(target, upgrade.upgrade);
    const plan = await planUpgrade(target, including(upgrade).upgrade);
    expect(accounts(missing)).toEqual({
      running_server: ["3 missed unsupervised-process"],
      running_handler: ["1 missed unsupervised-process"],
      running_next: ["1 missed unsupervised-process"],
    });
    expect(accounts(plan)).toEqual({
      running_server: ["3 migrated included"],
      running_handler: ["1 migrated included"],
      running_next: ["1 migrated included"],
    });
    expect(plan.plan.digest).not.toBe(missing.plan.digest);
    expect(plan.plan.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    const suspended = plan.plan.steps.filter(({ instruction }) => instruction.instruction === "suspend");
    expect(suspended.flatMap(({ processes }) => processes)).toHaveLength(5);
  });

  it("takes everything back where one of them fails", async () => {
    await node.eval("register(refusing, element(2, running_server:start(refuse)))");
    const { execution } = await applyUpgrade(target, including(await prepared("2")));
    expect(execution).toMatchObject({ outcome: "rolled_back", failure: { code: "code-change-failed" } });
    expect(await node.eval(STATES)).toBe(OLD_STATES);
    await node.eval("exit(whereis(refusing), kill)");
  });

  it("changes the code of servers, state machines and handlers, up and down", async () => {
    const up = await applyUpgrade(target, including(await prepared("2")));
    expect(up.execution).toMatchObject({ outcome: "upgraded" });
    expect(up.execution?.tally.migrated.size).toBe(5);
    expect(await node.eval(STATES)).toBe(NEW_STATES);
    expect(await node.eval(hibernates("asleep"))).toBe("true");
    // It has never been running_next.
    expect(await node.eval("sys:get_state(left)")).toBe("{idle,#{}}");

    const down = await applyUpgrade(target, including(await prepared("1")));
    expect(down.execution?.outcome).toBe("upgraded");
    expect(await node.eval(STATES)).toBe(OLD_STATES);
  });
});

/** The store whose API is kept apart from its server, as Elixir projects do. */
const STORE = `
defmodule MyStore do
  def start_link(opts), do: GenServer.start_link(MyStore.Server, opts, name: opts[:name])
  def child_spec(opts), do: %{id: opts[:name], start: {__MODULE__, :start_link, [opts]}}
  def get(store, key), do: GenServer.call(store, {:get, key})
end
defmodule MyStore.Application do
  use Application
  def start(_, _) do
    {:ok, top} = DynamicSupervisor.start_link(strategy: :one_for_one, name: MyStore.Stores)
    for name <- [:fruit, :tools], do: {:ok, _} = DynamicSupervisor.start_child(top, {MyStore, name: name, entries: [{name, 1}]})
    {:ok, top}
  end
end
`;
const SERVER = {
  "1.0.0": `
defmodule MyStore.Server do
  use GenServer
  def init(opts), do: {:ok, opts[:entries]}
  def handle_call({:get, key}, _from, entries), do: {:reply, Keyword.get(entries, key), entries}
end`,
  "2.0.0": `
defmodule MyStore.Server do
  use GenServer
  def init(opts), do: {:ok, Map.new(opts[:entries])}
  def handle_call({:get, key}, _from, entries), do: {:reply, Map.fetch!(entries, key), entries}
  def code_change({:down, _}, entries, _), do: {:ok, Map.to_list(entries)}
  def code_change(_, entries, _), do: {:ok, Map.new(entries)}
end`,
};

/** The cure: the server starts itself, so its module is the one that the child specification names. */
const CURED = {
  store: STORE.replace(/ {2}def start_link.*\n/, "").replace(
    "{__MODULE__, :start_link",
    "{MyStore.Server, :start_link",
  ),
  server: (source: string): string =>
    source.replace(
      "use GenServer\n",
      "use GenServer\n  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: opts[:name])\n",
    ),
};

/** Compiles a version into `my_store-VSN/ebin` of a library directory. */
async function buildStore(lib: string, vsn: keyof typeof SERVER, isCured: boolean): Promise<void> {
  const ebin = join(lib, `my_store-${vsn}`, "ebin");
  await mkdir(ebin, { recursive: true });
  const source = join(lib, `store-${vsn}.ex`);
  await writeFile(source, isCured ? CURED.store + CURED.server(SERVER[vsn]) : STORE + SERVER[vsn]);
  await promisify(execFile)("elixirc", ["-o", ebin, source]);
  const modules = "['Elixir.MyStore', 'Elixir.MyStore.Application', 'Elixir.MyStore.Server']";
  await writeFile(
    join(ebin, "my_store.app"),
    `{application, my_store, [{description, "A store"}, {vsn, "${vsn}"}, {modules, ${modules}}, {registered, []},
      {applications, [kernel, stdlib, elixir]}, {mod, {'Elixir.MyStore.Application', []}}]}.`,
  );
  const script = `[{update, 'Elixir.MyStore.Server', {advanced, []}}]`;
  await writeFile(join(ebin, "my_store.appup"), `{"2.0.0", [{"1.0.0", ${script}}], [{"1.0.0", ${script}}]}.`);
}

interface Store extends AsyncDisposable {
  readonly lib: string;
  readonly node: PeerNode;
  readonly target: Target;
}

/** An Elixir node that runs version 1.0.0. */
async function startStore(isCured: boolean): Promise<Store> {
  const lib = await mkdtemp(join(tmpdir(), "relupctl-elixir-"));
  const [node] = await Promise.all([
    startNode({ elixir: true }),
    buildStore(lib, "1.0.0", isCured),
    buildStore(lib, "2.0.0", isCured),
  ]);
  await node.eval(`code:add_patha("${lib}/my_store-1.0.0/ebin"), {ok, _} = application:ensure_all_started(my_store)`);
  const target = await connectTo(node);
  return {
    ...{ lib, node, target },
    [Symbol.asyncDispose]: async () => {
      await target[Symbol.asyncDispose]();
      await node.stop();
      await rm(lib, { recursive: true, force: true });
    },
  };
}

describeElixir("an Elixir store", () => {
  it("whose child specification names another module is refused, and goes up and down when its servers are included", async () => {
    await using store = await startStore(false);
    const { lib, node, target } = store;
    const refused = await applyUpgrade(target, await readApplicationUpgrade(target, `${lib}/my_store-2.0.0`));
    expect(accounts(refused)).toEqual({ "Elixir.MyStore.Server": ["2 missed callback-not-declared"] });
    expect(refused.refusedFor).toMatchObject([{ code: "callback-not-declared", module: "Elixir.MyStore.Server" }]);
    expect(await node.eval("sys:get_state(fruit)")).toBe("[{fruit,1}]");

    const up = await applyUpgrade(target, including(await readApplicationUpgrade(target, `${lib}/my_store-2.0.0`)));
    expect(accounts(up)).toEqual({ "Elixir.MyStore.Server": ["2 migrated included"] });
    expect(up.execution?.outcome).toBe("upgraded");
    expect(await node.eval("sys:get_state(fruit)")).toBe("#{fruit => 1}");
    expect(await node.eval("'Elixir.MyStore':get(tools, tools)")).toBe("1");

    const down = await applyUpgrade(target, including(await readApplicationUpgrade(target, `${lib}/my_store-1.0.0`)));
    expect(down.execution?.outcome).toBe("upgraded");
    expect(await node.eval("sys:get_state(fruit)")).toBe("[{fruit,1}]");
  });

  it("whose server starts itself goes up and down as it is", async () => {
    await using store = await startStore(true);
    const { lib, node, target } = store;
    const up = await applyUpgrade(target, await readApplicationUpgrade(target, `${lib}/my_store-2.0.0`));
    expect(up.refusedFor).toEqual([]);
    expect(accounts(up)).toEqual({ "Elixir.MyStore.Server": ["2 migrated declared"] });
    expect(up.execution?.outcome).toBe("upgraded");
    expect(await node.eval("sys:get_state(fruit)")).toBe("#{fruit => 1}");
    expect(await node.eval("'Elixir.MyStore':get(tools, tools)")).toBe("1");

    const down = await applyUpgrade(target, await readApplicationUpgrade(target, `${lib}/my_store-1.0.0`));
    expect(down.execution?.outcome).toBe("upgraded");
    expect(await node.eval("sys:get_state(fruit)")).toBe("[{fruit,1}]");
  });
});
