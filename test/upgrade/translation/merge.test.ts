import { describe, expect, it } from "vitest";
import type { Apply, LoadObjectCode, Purge } from "../../../src/release/instruction.js";
import { mergeScripts } from "../../../src/upgrade/translation/merge.js";
import { bare, faultsOf, full } from "./support.js";

const apply = (name: string): Apply => ({ instruction: "apply", mfa: { module: name, function: "f", args: [] } });
const fetch: LoadObjectCode = { instruction: "load_object_code", application: "a", vsn: "1", modules: ["m"] };
const purge: Purge = { instruction: "purge", modules: ["m"] };
const point = { instruction: "point_of_no_return" } as const;

describe("mergeScripts", () => {
  it("joins what stands before the points of no return, then what stands after", () => {
    const { before, after } = mergeScripts([
      full([apply("a"), point, apply("b")]),
      full([apply("c"), point, purge], 1),
    ]);
    expect(bare(before)).toEqual([apply("a"), apply("c")]);
    expect(bare(after)).toEqual([apply("b"), purge]);
  });

  it("takes a script without one to lie wholly after it, but for load_object_code", () => {
    const { before, after } = mergeScripts([full([apply("a"), fetch, purge])]);
    expect(bare(before)).toEqual([fetch]);
    expect(bare(after)).toEqual([apply("a"), purge]);
  });

  it("refuses everything that stands too early, and every second point", () => {
    const faults = faultsOf(() =>
      mergeScripts([full([purge, fetch, point]), full([point, apply("a"), point, point], 1)]),
    );
    expect(faults.map(({ code, origin }) => [code, origin])).toEqual([
      ["operation-before-point-of-no-return", { script: 0, index: 0 }],
      ["several-points-of-no-return", { script: 1, index: 2 }],
      ["several-points-of-no-return", { script: 1, index: 3 }],
    ]);
  });
});
