import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makePaint } from "../../../src/cli/views/paint.js";
import { moduleNamed, treeDot, treeJson, treeText, type TreeOptions } from "../../../src/cli/views/tree.js";
import { atom, string } from "../../../src/terms/term.js";
import type { Facts, ObservedProcess } from "../../../src/upgrade/facts.js";
import { aProcess, someFacts } from "../../support/facts.js";
import { widest } from "../support/run.js";

const paint = makePaint(false, 80);
const PLAIN: TreeOptions = { all: false, unsupervised: false, unicode: false };
const text = (facts: Facts, options: Partial<TreeOptions> = {}): string =>
  `\n${treeText(facts, { ...PLAIN, ...options }, paint)}\n`;

const sup = (number: number, supervisor: string | undefined, given: Partial<ObservedProcess> = {}): ObservedProcess =>
  aProcess(number, { type: "supervisor", kind: "supervisor", supervisor, ...given });
const child = (number: number, above: number, given: Partial<ObservedProcess> = {}): ObservedProcess =>
  aProcess(number, { supervisor: `<0.${above}.0>`, kind: "gen_server", ...given });

/** A shop with one of all that can be said of a process. */
const SHOP: Facts = {
  ...someFacts({
    processes: [
      sup(90, undefined, { application: "kernel", callbackModule: "kernel", registeredName: "kernel_sup" }),
      ...[91, 92, 93].map((number) =>
        child(number, 90, { application: "kernel", callbackModule: "code_server", suspended: number === 92 }),
      ),
      sup(1, undefined, { callbackModule: "shop_sup", registeredName: "shop_sup" }),
      child(2, 1, { callbackModule: "counter", registeredName: "counter" }),
      child(3, 1, { callbackModule: "Elixir.Shop.Server", modules: ["Elixir.Shop"], registeredName: "fruit" }),
      child(4, 1, { callbackModule: "till", registeredName: "till", suspended: true, messageQueueLength: 12_345 }),
      child(5, 1, { callbackModule: "gen_event", kind: "gen_event", handlers: ["a_log"], registeredName: "events" }),
      child(6, 1, { callbackModule: "Elixir.Shop.Prices", kind: "agent", modules: ["Elixir.Agent"] }),
      child(7, 1, { callbackModule: "Elixir.Shop.Job", kind: "own_code", stack: ["gen", "Elixir.Shop.Job"] }),
      child(8, 1, { callbackModule: "door", kind: "gen_statem", messageQueueLength: 3 }),
      child(9, 1, { callbackModule: "pool_sup", kind: "supervisor", registeredName: "pool_sup" }),
      child(10, 9, { callbackModule: "pool_worker", hidden: true }),
      aProcess(20, { supervised: false, supervisor: undefined, callbackModule: "counter", modules: [], id: undefined }),
    ],
    anomalies: [{ kind: "worker_is_supervisor", pid: "<0.9.0>", application: "shop" }],
    modules: [
      { module: "counter", vsn: string("0.1.0") },
      { module: "till", vsn: 123456789012345678901234567890n, processesOnOldCode: ["<0.4.0>"], hasOldCode: true },
      { module: "code_server", file: "/otp/lib/kernel-8.5.3/ebin/code_server.beam" },
    ],
  }),
  applications: [
    { name: "stdlib", description: "", vsn: "4.2" },
    { name: "shop", description: "", vsn: "0.1.0" },
    { name: "kernel", description: "", vsn: "8.5.3" },
  ],
  remoteChildren: [
    {
      ...{ node: "other@host", text: "<0.80.0>", application: "shop", supervisor: "<0.1.0>", id: atom("far") },
      ...{ type: "worker", modules: ["counter"] },
    },
  ],
};

/** Pools of three kinds: thousands of workers, a few with names, and supervisors with what they have below them. */
function crowd(): Facts {
  const undefinedId = { id: atom("undefined") };
  const many = Array.from({ length: 10_000 }, (_, index) =>
    child(1_000 + index, 2, { callbackModule: "worker", ...undefinedId, messageQueueLength: index === 7 ? 31 : 0 }),
  );
  const odd = child(900, 2, { callbackModule: "worker", ...undefinedId, suspended: true });
  const few = [1, 2, 3].map((number) => child(910 + number, 3, { callbackModule: "worker", ...undefinedId }));
  const named = Array.from({ length: 8 }, (_, index) =>
    child(920 + index, 3, { callbackModule: "clerk", registeredName: `clerk_${index}` }),
  );
  const connections = Array.from({ length: 50 }, (_, index) => [
    sup(20_000 + index, "<0.4.0>", { callbackModule: "connection_sup", ...undefinedId }),
    child(30_000 + index, 20_000 + index, { callbackModule: "reader", id: atom("reader") }),
    ...Array.from({ length: 1 + (index % 3) }, (_, channel) =>
      child(40_000 + index * 10 + channel, 20_000 + index, { callbackModule: "channel", ...undefinedId }),
    ),
  ]).flat();
  const sups = ["workers", "clerks", "connections"].map((name, index) =>
    sup(2 + index, "<0.1.0>", { callbackModule: "shop_sup", registeredName: name }),
  );
  const top = sup(1, undefined, { callbackModule: "shop_sup", registeredName: "shop_sup" });
  return someFacts({ processes: [top, ...sups, ...many, odd, ...few, ...named, ...connections] });
}

describe("the tree", () => {
  it("says at a glance what runs where and what disagrees, on 80 columns without colour", () => {
    expect(text(SHOP)).toMatchInlineSnapshot(`
      "
      kernel 8.5.3  4 processes (--app kernel)  ! 1 marked
      shop 0.1.0
      \`- shop_sup       <0.1.0>   supervisor
         |- counter     <0.2.0>   vsn 0.1.0
         |- fruit       <0.3.0>   Shop.Server  ! declared as Shop
         |- till        <0.4.0>   ! suspended  ! runs old code of till
         |                        ! 12345 messages wait
         |- events      <0.5.0>   gen_event  handlers a_log
         |                        ! handlers not declared: a_log
         |- child6      <0.6.0>   Shop.Prices  agent
         |- child7      <0.7.0>   Shop.Job  code of its own
         |- child8      <0.8.0>   door  gen_statem  queue 3
         |- pool_sup    <0.9.0>   ! a supervisor that is declared a worker
         |  \`- child10  <0.10.0>  pool_worker  ! not seen by release handlers
         \`- far         <0.80.0>  on other@host  declared as counter
      without processes: stdlib 4.2

      14 processes, 1 outside every tree (--unsupervised), 6 marked with !
      "
    `);
  });

  it("is drawn with the characters of Unicode where the terminal has them", () => {
    expect(text(SHOP, { unicode: true, module: "Elixir.Shop.Server" })).toMatchInlineSnapshot(`
      "
      Shop.Server  not loaded

      shop 0.1.0
      └─ shop_sup  <0.1.0>  supervisor
         └─ fruit  <0.3.0>  Shop.Server  ! declared as Shop

      1 process, 1 marked with !
      "
    `);
  });

  it("cuts an id that is long, and keeps a gap between a name and a pid", () => {
    const top = sup(1, undefined, { callbackModule: "shop_sup", registeredName: "shop_sup" });
    const lines = (length: number): string[] =>
      text(someFacts({ processes: [top, child(2, 1, { id: string("x".repeat(length)) })] })).split("\n");
    for (let length = 30; length < 200; length++) {
      const line = lines(length).find((each) => each.includes("<0.2.0>"))!;
      expect(line.length).toBeLessThanOrEqual(80);
      expect(line).toMatch(/(x"|\.\.\.) {2,}<0\.2\.0>$/);
    }
    expect(lines(40)[3]).toContain(`"${"x".repeat(40)}"`);
  });

  it("colours what is marked, and nothing of the lines of the tree", () => {
    const long = child(2, 1, { callbackModule: "a", modules: ["one_long_name", "another_long_name", "and_one_more"] });
    const below = child(3, 1, { callbackModule: "b" });
    const top = sup(1, undefined, { callbackModule: "shop_sup", registeredName: "shop_sup" });
    const shown = treeText(someFacts({ processes: [top, long, below] }), PLAIN, makePaint(true, 70));
    const lines = shown.split("\n").filter((line) => line.includes("\x1B[33m"));
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines.slice(0, -1))
      expect(line).toMatch(/^[^\x1B]*(\x1B\[2m.*\x1B\[22m)?[^\x1B]*\x1B\[33m[^\x1B]*\x1B\[39m$/);
  });

  it("shows OTP's own applications, all processes, and those outside of it when asked", () => {
    const all = text(SHOP, { all: true, unsupervised: true });
    expect(all).toMatch(/^kernel 8\.5\.3\n`- kernel_sup {2}<0\.90\.0> {2}supervisor/m);
    expect(all).toMatch(/^outside every tree: 1 process\n`- counter {2}<0\.20\.0>/m);
    expect(text(SHOP, { application: "kernel" })).toMatchInlineSnapshot(`
      "
      kernel 8.5.3
      \`- kernel_sup  <0.90.0>  supervisor  kernel
         |- child91  <0.91.0>  code_server
         |- child92  <0.92.0>  code_server  ! suspended
         \`- child93  <0.93.0>  code_server

      4 processes, 1 marked with !
      "
    `);
  });

  it("counts what is alike, subtrees too, and keeps apart what is marked", () => {
    expect(text(crowd())).toMatchInlineSnapshot(`
      "
      shop 1
      \`- shop_sup                            <0.1.0>    supervisor
         |- workers                          <0.2.0>    supervisor  shop_sup
         |  |- 10000 x worker                           1 queue, the longest 31
         |  \`- worker                        <0.900.0>  ! suspended
         |- clerks                           <0.3.0>    supervisor  shop_sup
         |  |- worker                        <0.911.0>
         |  |- worker                        <0.912.0>
         |  |- worker                        <0.913.0>
         |  \`- 8 x clerk                                (clerk_0, clerk_1 and 6 more)
         \`- connections                      <0.4.0>    supervisor  shop_sup
            \`- 50 x connection_sup                      supervisor
               |- 50 x reader
               \`- 99 x channel, 1 to 3 each

      10215 processes, 1 marked with !
      "
    `);
    const all = text(crowd(), { all: true });
    expect(all.match(/worker +<0\.\d+\.0>/g)).toHaveLength(10_004);
  });

  it("shows where a module runs, is declared, or is not", () => {
    expect(text(SHOP, { module: "counter" })).toMatchInlineSnapshot(`
      "
      counter  vsn 0.1.0  md5 aa
      /lib/counter.beam

      shop 0.1.0
      \`- shop_sup    <0.1.0>   supervisor
         |- counter  <0.2.0>   vsn 0.1.0
         \`- far      <0.80.0>  on other@host  declared as counter
      outside every tree: 1 process
      \`- counter  <0.20.0>  vsn 0.1.0

      1 process, 1 outside every tree
      "
    `);
    expect(text(SHOP, { module: "nobody" })).toMatchInlineSnapshot(`
      "
      nobody  not loaded
      No process runs it, and no child specification names it.

      0 processes
      "
    `);
    expect([moduleNamed("Shop.Server"), moduleNamed("Elixir.Shop"), moduleNamed("counter")]).toEqual([
      "Elixir.Shop.Server",
      "Elixir.Shop",
      "counter",
    ]);
  });

  it("stays within its columns, whatever processes are called", () => {
    const name = fc.string({ minLength: 1, maxLength: 30 });
    const processes = fc.array(
      fc.record({ name: fc.option(name), module: name, above: fc.nat(), suspended: fc.boolean() }),
      { minLength: 1, maxLength: 30 },
    );
    const narrow = fc.integer({ min: 70, max: 120 });
    fc.assert(
      fc.property(processes, narrow, (drawn, width) => {
        const top = sup(1, undefined, { callbackModule: "top", registeredName: "top" });
        const others = drawn.map((each, index) =>
          child(2 + index, 1 + (each.above % Math.min(index + 1, 4)), {
            callbackModule: each.module,
            modules: ["declared"],
            registeredName: each.name ?? undefined,
            suspended: each.suspended,
          }),
        );
        const facts = someFacts({ processes: [top, ...others] });
        const shown = treeText(facts, { ...PLAIN, unicode: true }, makePaint(false, width));
        expect(widest(shown)).toBeLessThanOrEqual(width);
        for (const { text: pid } of others) {
          expect(treeText(facts, { ...PLAIN, all: true }, makePaint(false, width))).toContain(pid);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("is a graph in DOT", () => {
    const dot = treeDot(crowd(), { ...PLAIN, unicode: false });
    expect(dot.split("\n")).toHaveLength(new Set(dot.split("\n")).size);
    expect(`\n${treeDot(SHOP, { ...PLAIN, module: "counter" })}\n`).toMatchInlineSnapshot(`
      "
      digraph "test@host" {
        rankdir=LR; newrank=true; fontname=sans;
        node [shape=box, style=rounded, fontname=sans, fontsize=10];
        subgraph cluster_0 {
          label="shop 0.1.0";
          "<0.1.0>" [label="shop_sup\\n<0.1.0>\\nsupervisor", style=solid];
          "<0.2.0>" [label="counter\\n<0.2.0>\\nvsn 0.1.0"];
          "<0.1.0>" -> "<0.2.0>";
          "<0.80.0> on other@host" [label="far\\n<0.80.0>\\non other@host", style=dashed];
          "<0.1.0>" -> "<0.80.0> on other@host";
        }
      }
      "
    `);
  });

  it("is JSON with each process alone, and its marks", () => {
    const { processes, remoteChildren } = treeJson(SHOP, { unsupervised: false }) as {
      processes: { pid: string; marks: string[]; vsn: string | null; oldCode: string[] }[];
      remoteChildren: object[];
    };
    expect(processes).toHaveLength(SHOP.processes.length - 1);
    const marked = processes.filter(({ marks }) => marks.length > 0).map(({ pid, marks }) => [pid, marks.join(" ")]);
    expect(marked).toEqual([
      ["<0.92.0>", "suspended"],
      ["<0.3.0>", "callback-not-declared"],
      ["<0.4.0>", "suspended old-code queue-long"],
      ["<0.5.0>", "callback-not-declared"],
      ["<0.9.0>", "worker-is-supervisor"],
      ["<0.10.0>", "hidden"],
    ]);
    expect(processes.find(({ pid }) => pid === "<0.2.0>")?.vsn).toBe('"0.1.0"');
    expect(processes.find(({ pid }) => pid === "<0.4.0>")?.oldCode).toEqual(["till"]);
    expect(remoteChildren).toHaveLength(1);
  });
});

const hasGraphviz = spawnSync("dot", ["-V"]).status === 0;

it("marks a top supervisor that doesn't tell OTP its module, not its specification, for it has none", () => {
  const top = sup(1, undefined, { callbackModule: "Elixir.Shop.Stores", modules: [], hidden: true });
  const facts = someFacts({
    processes: [top, child(2, 1, { callbackModule: "Elixir.Shop.Store" })],
    anomalies: [{ kind: "callback_module_unknown", pid: top.text, application: "shop" }],
  });
  const { processes } = treeJson(facts, PLAIN) as unknown as { processes: { marks: string[] }[] };
  expect(processes.map(({ marks }) => marks)).toEqual([["modules-not-told", "hidden"], []]);
});

it.skipIf(!hasGraphviz)(
  "a drawing of processes of any name is taken by Graphviz, which must be installed for it",
  () => {
    const names = fc.sample(fc.string({ unit: "binary", maxLength: 12 }), 300).filter((name) => !name.includes("\0"));
    const odd = ['a"b', "\\", "end\\", "\\N", "two\nlines", "{rec|ord}", "<b>", "\\l\\r"];
    const top = sup(1, undefined, { callbackModule: "shop_sup", registeredName: "shop_sup" });
    const processes = [...odd, ...names].map((name, index) => child(index + 2, 1, { registeredName: name }));
    const drawing = treeDot(someFacts({ processes: [top, ...processes] }), { ...PLAIN, all: true });
    const { status, stderr, stdout } = spawnSync("dot", ["-Tcanon"], { input: drawing, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.match(/ -> /g)).toHaveLength(processes.length);
  },
);
