import { describe, expect, it } from "vitest";
import { coverageJson, coverageText } from "../../../src/cli/views/coverage.js";
import { makePaint } from "../../../src/cli/views/paint.js";
import { coverageOf } from "../../../src/upgrade/coverage.js";
import { nil } from "../../../src/terms/term.js";
import { advancedUpdate, aProcess } from "../../support/facts.js";

const paint = makePaint(false, 80);
const script = [
  ...advancedUpdate("cart"),
  ...advancedUpdate("Elixir.Shop.Prices"),
  ...advancedUpdate("till").slice(3, 4),
];
const processes = [
  aProcess(2, { callbackModule: "cart", registeredName: "first_cart" }),
  ...[3, 4, 5, 6, 7].map((number) => aProcess(number, { callbackModule: "cart" })),
  aProcess(8, { callbackModule: "cart", modules: ["api"], kind: "gen_server" }),
  aProcess(9, { callbackModule: "cart", supervised: false, modules: [], registeredName: "odd name" }),
  aProcess(10, { supervised: false, modules: [], kind: "own_code", stack: ["timer", "cart"] }),
  aProcess(11, { callbackModule: "Elixir.Agent.Server", modules: ["Elixir.Shop.Prices"] }),
  aProcess(12, { callbackModule: "till" }),
];
const remoteChildren = [
  {
    ...{ node: "other@host", text: "<0.80.0>", application: "shop", supervisor: "<0.1.0>", id: nil },
    ...{ type: "worker" as const, modules: ["till"] },
  },
];

describe("the coverage of a plan", () => {
  it("says of all processes of each module what they meet and why, on 80 columns", () => {
    expect(`\n${coverageText(coverageOf(script, processes, { remoteChildren }), paint)}\n`).toMatchInlineSnapshot(`
      "
      cart                6 migrated (first_cart, <0.3.0>, <0.4.0> and 3 more): the
                          child specification names it
                          1 MISSED (<0.8.0>): the child specification doesn't name it
                          1 MISSED ('odd name'): no supervisor has it as a child
                          1 MISSED (<0.10.0>): code of its own, which takes no system
                          messages: stays on the old code until it calls the module
                          anew
      Elixir.Shop.Prices  1 migrated (<0.11.0>): the child specification names it, but
                          the callbacks are another module's
      till                1 only gets new code (<0.12.0>): runs the new code from its
                          next call on; the state stays
                          1 not touched (<0.80.0> on other@host): on another node,
                          which has code of its own
      "
    `);
  });

  it("says which processes are included though no child specification names their module", () => {
    const coverage = coverageOf(script, processes, { includeMissed: true }).slice(0, 1);
    expect(`\n${coverageText(coverage, paint)}\n`).toMatchInlineSnapshot(`
      "
      cart  6 migrated (first_cart, <0.3.0>, <0.4.0> and 3 more): the child
            specification names it
            2 migrated (<0.8.0>, 'odd name'): no child specification names it; taken
            by --include-missed
            1 MISSED (<0.10.0>): code of its own, which takes no system messages:
            stays on the old code until it calls the module anew
      "
    `);
  });

  it("gives the reason of each process as JSON", () => {
    const json = coverageJson(coverageOf(script, processes, { remoteChildren })) as Record<
      string,
      { missed: string[]; reasons: { outcome: string; reason: string; pids: string[] }[]; elsewhere: unknown }
    >;
    expect(json["cart"]?.missed).toEqual(["<0.8.0>", "<0.9.0>", "<0.10.0>"]);
    expect(json["cart"]?.reasons.map(({ outcome, reason, pids }) => [outcome, reason, pids.length])).toEqual([
      ["migrated", "declared", 6],
      ["missed", "callback-not-declared", 1],
      ["missed", "unsupervised-process", 1],
      ["missed", "own-code", 1],
    ]);
    expect(json["till"]?.elsewhere).toEqual([{ node: "other@host", pid: "<0.80.0>" }]);
  });
});
