import { afterAll, beforeAll, expect, it } from "vitest";
import { buildApplications, type BuiltApplications } from "../support/erlang-application.js";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { treeDocument } from "./support/documents.js";
import { relupctl, relupctlJson, widest } from "./support/run.js";

/** A tree in which much is wrong: suspended, on old code, hidden, wrongly declared, with messages that wait. */
const START = `
Child = fun trees_sup:child/3,
Server = fun(Name, More) -> Child(Name, {trees_server, start_link, [Name]}, More) end,
ok = trees_app:run(shop, {trees_sup, start_link, [shop_sup, [
  Server(till, #{}),
  Server(api, #{modules => [shop_api]}),
  Child(events, {gen_event, start_link, [{local, events}]}, #{modules => [gen_event]}),
  Child(pool, {trees_sup, start_link, [pool, simple_one_for_one, [Child(worker, {trees_server, start_link, []}, #{})]]}, #{}),
  Child(machine, {trees_statem, start_link, [machine]}, #{})
]]}),
[{ok, _} = supervisor:start_child(pool, []) || _ <- lists:seq(1, 5000)],
ok = gen_event:add_handler(events, trees_handler, []),
ok = sys:suspend(till), [till ! hello || _ <- lists:seq(1, 1500)],
{module, _} = code:load_file(running_own),
register(old, spawn(running_own, loop, [])),
IsIn = fun Wait() -> case process_info(whereis(old), current_function) of
  {_, {running_own, loop, _}} -> ok; _ -> timer:sleep(1), Wait() end end,
IsIn(),
{module, _} = code:load_file(running_own),
ok.
`;

describeErlang("the tree of a real node", () => {
  let built: BuiltApplications;
  let node: PeerNode;
  beforeAll(async () => {
    built = await buildApplications(["trees-1", "running-1"]);
    node = await startNode({ args: ["-pa", `${built.lib}/trees-1/ebin`, "-pa", `${built.lib}/running-1/ebin`] });
    await node.eval(START);
  });
  afterAll(async () => {
    await node.stop();
    await built[Symbol.asyncDispose]();
  });

  const at = (): string[] => ["tree", "-n", `${node.name}:${node.port}`];
  const env = (): Record<string, string> => ({ RELUPCTL_COOKIE: node.cookie, LC_ALL: "C.UTF-8" });

  it("fits on 80 columns, counts what is alike, and marks what is wrong", async () => {
    const { code, stdout, stderr } = await relupctl(at(), { env: env() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(widest(stdout)).toBeLessThanOrEqual(80);
    const tree = stdout.replace(/<0\.\d+\.0>/g, "PID").replace(/ +/g, " ");
    expect(tree).toMatch(/^kernel [\d.]+ \d+ processes \(--app kernel\)$/m);
    expect(tree.slice(tree.indexOf("\nshop"), tree.indexOf("\nwithout"))).toMatchInlineSnapshot(`
      "
      shop 1
      └─ shop_sup PID supervisor trees_sup
       ├─ till PID trees_server ! suspended
       │ ! 1500 messages wait
       ├─ api PID trees_server ! declared as shop_api
       ├─ events PID gen_event handlers trees_handler
       │ ! handlers not declared: trees_handler
       ├─ pool PID trees_sup
       │ │ ! a supervisor that is declared a worker
       │ └─ 5000 × trees_server ! not seen by release handlers
       └─ machine PID trees_statem gen_statem"
    `);
    expect(tree).toMatch(/^50\d\d processes, \d+ outside every tree \(--unsupervised\), 5004 marked with !$/m);
  });

  it("shows code of their own, and who is on old code, outside of it", async () => {
    const { stdout } = await relupctl([...at(), "--unsupervised", "--module", "running_own"], { env: env() });
    expect(stdout).toMatch(/^running_own {2}md5 [0-9a-f]{32} {2}old code is there too\n.*running_own\.beam\n/);
    expect(stdout).toMatch(
      /^outside every tree: 1 process\n└─ old {2}<0\.\d+\.0> {2}running_own {2}! runs old code of running_own$/m,
    );
  });

  it("is JSON with all of it", async () => {
    const { document } = await relupctlJson([...at(), "--app", "shop"], treeDocument, { env: env() });
    const named = new Map(document.processes.map((process) => [process.registeredName, process]));
    expect(document.processes).toHaveLength(5_006);
    expect(named.get("till")).toMatchObject({ suspended: true, messageQueueLength: 1_500, kind: "gen_server" });
    expect(named.get("api")).toMatchObject({ modules: ["shop_api"], marks: ["callback-not-declared"] });
    expect(named.get("events")).toMatchObject({ kind: "gen_event", handlers: ["trees_handler"] });
    expect(named.get("machine")).toMatchObject({ kind: "gen_statem", callbackModule: "trees_statem", marks: [] });
    expect(named.get("pool")).toMatchObject({ kind: "supervisor", marks: ["worker-is-supervisor"] });
  });
});
