import { describe, expect, it } from "vitest";
import type { LowLevelInstruction } from "../../src/release/instruction.js";
import { distinctProcesses, selectProcesses } from "../../src/upgrade/selection.js";
import { advancedUpdate, aProcess } from "../support/facts.js";

const texts = (script: readonly LowLevelInstruction[], processes: ReturnType<typeof aProcess>[]): string[][] =>
  selectProcesses(script, processes).map((selection) => distinctProcesses(selection).map(({ text }) => text));

describe("selectProcesses", () => {
  it("suspends by module, then changes and resumes what was suspended", () => {
    const processes = [aProcess(2, { callbackModule: "cart" }), aProcess(3, { callbackModule: "till" })];
    expect(texts(advancedUpdate("cart"), processes)).toEqual([[], [], ["<0.2.0>"], [], ["<0.2.0>"], ["<0.2.0>"]]);
  });

  it("changes no code of processes that were not suspended for the module", () => {
    const [, , , , change] = advancedUpdate("cart");
    expect(texts([change!], [aProcess(2, { callbackModule: "cart" })])).toEqual([[]]);
  });

  it("counts a process of two modules once a step", () => {
    const both = aProcess(2, { modules: ["cart", "till"] });
    const suspend: LowLevelInstruction = { instruction: "suspend", modules: [{ module: "cart" }, { module: "till" }] };
    expect(texts([suspend], [both])).toEqual([["<0.2.0>"]]);
  });

  it("stops no top supervisor, and starts what it stopped", () => {
    const top = aProcess(1, { callbackModule: "cart", supervisor: undefined, type: "supervisor" });
    const child = aProcess(2, { callbackModule: "cart" });
    const script: LowLevelInstruction[] = [
      { instruction: "stop", modules: ["cart"] },
      { instruction: "start", modules: ["cart"] },
      { instruction: "start", modules: ["cart"] },
    ];
    expect(texts(script, [top, child])).toEqual([["<0.2.0>"], ["<0.2.0>"], []]);
  });

  it("also suspends what runs a module unsaid, where the user includes it, and stops nothing more", () => {
    const declared = aProcess(2, { callbackModule: "cart" });
    const undeclared = aProcess(3, { callbackModule: "cart", modules: ["api"], kind: "gen_server" });
    const outside = aProcess(4, { callbackModule: "gen_event", handlers: ["cart"], supervised: false, modules: [] });
    const task = aProcess(5, { callbackModule: "cart", modules: ["task"], kind: "own_code", stack: ["cart"] });
    const processes = [declared, undeclared, outside, task];
    const chosen = (script: readonly LowLevelInstruction[]): string[][] =>
      selectProcesses(script, processes, { includeMissed: true }).map((selection) =>
        distinctProcesses(selection).map(({ text }) => text),
      );
    const touched = ["<0.2.0>", "<0.3.0>", "<0.4.0>"];
    expect(chosen(advancedUpdate("cart"))).toEqual([[], [], touched, [], touched, touched]);
    expect(chosen([{ instruction: "stop", modules: ["cart"] }])).toEqual([["<0.2.0>"]]);
  });
});
