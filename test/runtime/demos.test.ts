import { describe, expect, it } from "vitest";
import { ManualClock } from "../../src/runtime/index.js";
import { type DemoNode, bootDemo } from "./support/root.js";

/** What an upgrade of one module does: its new object code, and the old version as code_change gets it. */
async function upgrade(
  demo: DemoNode,
  names: { module: string; application: string; vsn: string; oldVsn: string; processes: readonly string[] },
): Promise<string[]> {
  const { module, application, vsn, oldVsn, processes } = names;
  const file = `${demo.root}/lib/${application}-${vsn}/ebin/${module}.js`;
  const results: string[] = [];
  for (const process of processes) results.push(await demo.call("sys:suspend", process));
  const bytes = await demo.call("erl_prim_loader:get_file", JSON.stringify(file));
  const binary = /^\{ok,(<<.*>>),/s.exec(bytes)![1]!;
  results.push(await demo.call("code:load_binary", `'${module}'`, JSON.stringify(file), binary));
  for (const process of processes) {
    results.push(await demo.call("sys:change_code", process, `'${module}'`, oldVsn, "[]"));
  }
  for (const process of processes) results.push(await demo.call("sys:resume", process));
  return results;
}

const number = (state: string, key: string): number => Number(new RegExp(`${key} => (-?\\d+)`).exec(state)![1]);

describe("the counter", () => {
  it("loses no call and no number across an upgrade and the way back", async () => {
    const clock = new ManualClock();
    await using demo = await bootDemo("counter", "0.1.0", { clock });
    expect(await demo.call("supervisor:which_children", "counter_sup")).toMatch(
      /^\[\{counter_client,.*,worker,\[counter_client\]\},\{counter,.*,worker,\[counter\]\}\]$/,
    );
    await clock.advance(100);
    const counter = { module: "counter", application: "counter", processes: ["counter"] };
    const up = { ...counter, vsn: "0.2.0", oldVsn: '"0.1.0"' };
    expect(await upgrade(demo, up)).toEqual(["ok", "{module,counter}", "ok", "ok"]);
    expect(await demo.call("sys:get_state", "counter")).toMatch(/^\{counted,\d+\}$/);
    await clock.advance(100);
    expect(await demo.call("sys:suspend", "counter")).toBe("ok");
    expect(await demo.call("sys:change_code", "counter", "counter", '{down,"0.1.0"}', "[]")).toBe("ok");
    const before = `"${demo.root}/lib/counter-0.1.0/ebin"`;
    expect(await demo.call("code:replace_path", "counter", before)).toBe("true");
    expect(await demo.call("code:purge", "counter")).toBe("false");
    expect(await demo.call("code:load_file", "counter")).toBe("{module,counter}");
    expect(await demo.call("sys:resume", "counter")).toBe("ok");
    await clock.advance(100);
    const seen = await demo.call("gen_server:call", "counter_client", "seen");
    expect(number(seen, "calls")).toBeGreaterThan(10);
    expect(number(seen, "answers")).toBe(number(seen, "calls"));
    expect(number(seen, "last")).toBe(number(seen, "answers") - 1);
    expect(seen).toContain("skipped => 0");
    expect(seen).toContain("repeated => 0");
    expect(await demo.call("sys:get_state", "counter")).toMatch(/^\d+$/);
  });

  it.each(["0.1.0", "0.2.0"])("fails with a clear reason on the way from %s to 0.3.0", async (from) => {
    await using demo = await bootDemo("counter", from);
    const [, loaded, changed] = await upgrade(demo, {
      module: "counter",
      application: "counter",
      vsn: "0.3.0",
      oldVsn: `"${from}"`,
      processes: ["counter"],
    });
    expect(loaded).toBe("{module,counter}");
    expect(changed).toMatch(/^\{error,\{'EXIT',\{\{cannot_take_over,"0\.\d\.0",/);
  });

  it("boots 0.3.0 and goes down from it", async () => {
    await using demo = await bootDemo("counter", "0.3.0");
    expect(await demo.call("sys:suspend", "counter")).toBe("ok");
    expect(await demo.call("sys:change_code", "counter", "counter", '{down,"0.2.0"}', "[]")).toBe("ok");
    expect(await demo.call("sys:get_state", "counter")).toMatch(/^\{counted,\d+\}$/);
  });
});

describe("the store", () => {
  const server = "Elixir.MyStore.Server";
  const children = (demo: DemoNode): Promise<string> =>
    demo.call("supervisor:which_children", "'Elixir.MyStore.Stores'");

  it("has a child specification in 1.0.0 that hides the module its processes run", async () => {
    await using demo = await bootDemo("store", "1.0.0");
    expect(await children(demo)).toMatch(/^\[(\{undefined,<[^>]*>,worker,\['Elixir.MyStore'\]\},?){3}\]$/);
    expect(await demo.call("Elixir.MyStore:get", "fruit", '<<"apple">>')).toBe("3");
    // What a release handler does that finds no process: it loads the code and changes no state.
    expect(
      await upgrade(demo, { module: server, application: "my_store", vsn: "2.0.0", oldVsn: '"1.0.0"', processes: [] }),
    ).toEqual(["{module,'Elixir.MyStore.Server'}"]);
    expect(await demo.call("Elixir.MyStore:get", "fruit", '<<"apple">>')).toMatch(/^exit:\{\{\{badmap,/);
  });

  it("goes from 1.0.1 to 2.0.0 with every entry", async () => {
    await using demo = await bootDemo("store", "1.0.1");
    expect(await children(demo)).toMatch(/^\[(\{undefined,<[^>]*>,worker,\['Elixir.MyStore.Server'\]\},?){3}\]$/);
    expect(await demo.call("Elixir.MyStore:put", "fruit", '<<"plum">>', "7")).toBe("ok");
    const stores = ["fruit", "tools", "books"];
    await upgrade(demo, {
      module: server,
      application: "my_store",
      vsn: "2.0.0",
      oldVsn: '"1.0.1"',
      processes: stores,
    });
    expect(await demo.call("sys:get_state", "fruit")).toBe('#{<<"apple">> => 3,<<"pear">> => 5,<<"plum">> => 7}');
    expect(await demo.call("Elixir.MyStore:get", "fruit", '<<"plum">>')).toBe("7");
    expect(await demo.call("Elixir.MyStore:get", "books", '<<"plum">>')).toBe("nil");
  });

  it("is cured from 1.0.0 to 1.0.1 by the supervisor's new child specification", async () => {
    await using demo = await bootDemo("store", "1.0.0");
    const module = "Elixir.MyStore.Stores";
    const vsns = { application: "my_store", vsn: "1.0.1", oldVsn: "undefined" };
    await upgrade(demo, { ...vsns, module: server, processes: [] });
    expect(await upgrade(demo, { ...vsns, module, processes: [`'${module}'`] })).toEqual([
      "ok",
      "{module,'Elixir.MyStore.Stores'}",
      "ok",
      "ok",
    ]);
    expect(await children(demo)).toMatch(/^\[(\{undefined,<[^>]*>,worker,\['Elixir.MyStore.Server'\]\},?){3}\]$/);
  });
});
