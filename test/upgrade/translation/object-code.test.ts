import { describe, expect, it } from "vitest";
import type { Apply, LoadObjectCode } from "../../../src/release/instruction.js";
import { mergeObjectCode } from "../../../src/upgrade/translation/object-code.js";
import { bare, faultsOf, steps } from "./support.js";

const fetch = (application: string, vsn: string, ...modules: readonly string[]): LoadObjectCode => ({
  instruction: "load_object_code",
  application,
  vsn,
  modules,
});
const apply: Apply = { instruction: "apply", mfa: { module: "m", function: "f", args: [] } };

describe("mergeObjectCode", () => {
  it("leaves one load_object_code for each application, before everything else", () => {
    expect(
      bare(mergeObjectCode(steps([apply, fetch("a", "1", "x"), fetch("b", "1", "y"), fetch("a", "1", "z")]))),
    ).toEqual([fetch("a", "1", "x", "z"), fetch("b", "1", "y"), apply]);
  });

  it("keeps a module where it is fetched last, and doubles within one instruction", () => {
    const fetches = [fetch("a", "1", "x", "y"), fetch("a", "1", "z", "z", "x"), fetch("a", "1", "z", "w")];
    expect(bare(mergeObjectCode(steps(fetches)))).toEqual([fetch("a", "1", "y", "x", "z", "w")]);
    expect(bare(mergeObjectCode(steps([fetch("a", "1", "x", "x")])))).toEqual([fetch("a", "1", "x", "x")]);
  });

  it("refuses two versions of an application", () => {
    const faults = faultsOf(() => mergeObjectCode(steps([fetch("a", "1", "x"), fetch("a", "2", "y")])));
    expect(faults).toMatchObject([{ code: "conflicting-versions", origin: { index: 1 } }]);
  });
});
