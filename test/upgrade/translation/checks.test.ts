import { describe, expect, it } from "vitest";
import type { Instruction } from "../../../src/release/instruction.js";
import { checkObjectCode } from "../../../src/upgrade/translation/check-object-code.js";
import { checkStartStop, checkSuspendResume } from "../../../src/upgrade/translation/check-pairs.js";
import { faultsOf, full, steps } from "./support.js";

describe("checkObjectCode", () => {
  const load: Instruction = { instruction: "load", module: "m", prePurge: "soft_purge", postPurge: "soft_purge" };

  it("wants each loaded module fetched", () => {
    const faults = faultsOf(() => {
      checkObjectCode([], full([load]));
    });
    expect(faults).toMatchObject([{ code: "no-object-code", origin: { script: 0, index: 0 } }]);
    expect(faults[0]!.summary).toContain("m");
    const fetch = steps([
      { instruction: "load_object_code", application: "a", vsn: "1", modules: ["x", "m"] } as const,
    ]);
    checkObjectCode(fetch, full([load]));
  });
});

describe("the pairs", () => {
  const suspend: Instruction = { instruction: "suspend", modules: [{ module: "a" }, { module: "b", timeout: 5 }] };

  it("takes a resume anywhere for a suspend anywhere", () => {
    checkSuspendResume(
      full([{ instruction: "resume", modules: ["b"] }, suspend, { instruction: "resume", modules: ["a"] }]),
    );
  });

  it("names what is suspended or resumed alone", () => {
    const faults = faultsOf(() => {
      checkSuspendResume(full([suspend, { instruction: "resume", modules: ["b", "c"] }]));
    });
    expect(faults.map((fault) => fault.code)).toEqual(["suspended-not-resumed", "resumed-not-suspended"]);
    expect(faults.map((fault) => fault.origin.index)).toEqual([0, 1]);
  });

  it("names what is stopped or started alone", () => {
    const faults = faultsOf(() => {
      checkStartStop(
        full([
          { instruction: "stop", modules: ["a"] },
          { instruction: "start", modules: ["b"] },
        ]),
      );
    });
    expect(faults.map((fault) => fault.code)).toEqual(["started-not-stopped", "stopped-not-started"]);
  });
});
