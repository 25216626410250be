import { describe, expect, it } from "vitest";
import { encodeScript } from "../../../src/release/script.js";
import type { Instruction, StartType } from "../../../src/release/instruction.js";
import { parseTerm } from "../../../src/terms/parse.js";
import { translateApplicationInstructions } from "../../../src/upgrade/translation/application-instructions.js";
import { bare, faultsOf, full } from "./support.js";

const application = (name: string, modules: readonly string[], type: StartType = "permanent") => ({
  name,
  vsn: "1",
  type,
  modules,
});

const translate = (instruction: Instruction, to: StartType = "permanent") =>
  encodeScript(
    bare(
      translateApplicationInstructions(
        full([instruction]),
        [application("new", ["n1", "n2"]), application("both", ["b1", "b3"], to)],
        [application("old", ["o1"]), application("both", ["b1", "b2"], "temporary")],
      ),
    ),
  );

describe("translateApplicationInstructions", () => {
  it("loads the modules of an added application and starts it as its type says", () => {
    const loads =
      "{load_module, n1, brutal_purge, brutal_purge, []}, {load_module, n2, brutal_purge, brutal_purge, []}";
    const add = (type: StartType) => translate({ instruction: "add_application", application: "new", type });
    expect(add("transient")).toEqual(parseTerm(`[${loads}, {apply, {application, start, [new, transient]}}].`));
    expect(add("load")).toEqual(parseTerm(`[${loads}, {apply, {application, load, [new]}}].`));
    expect(add("none")).toEqual(parseTerm(`[${loads}].`));
  });

  it("stops a removed application, removes its modules and unloads it", () => {
    expect(translate({ instruction: "remove_application", application: "old" })).toEqual(
      parseTerm(`[{apply, {application, stop, [old]}}, {remove, {o1, brutal_purge, brutal_purge}}, {purge, [o1]},
                  {apply, {application, unload, [old]}}].`),
    );
  });

  it("restarts an application with the modules and the start type of the release that is gone to", () => {
    expect(translate({ instruction: "restart_application", application: "both" }, "load")).toEqual(
      parseTerm(`[{apply, {application, stop, [both]}},
                  {remove, {b1, brutal_purge, brutal_purge}}, {remove, {b2, brutal_purge, brutal_purge}},
                  {purge, [b1, b2]},
                  {load_module, b1, brutal_purge, brutal_purge, []}, {load_module, b3, brutal_purge, brutal_purge, []},
                  {apply, {application, load, [both]}}].`),
    );
  });

  it("refuses applications that aren't there, and the removal of one that still is", () => {
    const code = (instruction: Instruction) => faultsOf(() => translate(instruction))[0]!.code;
    expect(code({ instruction: "add_application", application: "old" })).toBe("no-such-application");
    expect(code({ instruction: "remove_application", application: "both" })).toBe("removed-application-present");
    expect(code({ instruction: "remove_application", application: "x" })).toBe("no-such-application");
    expect(code({ instruction: "restart_application", application: "new" })).toBe("no-such-application");
    expect(code({ instruction: "restart_application", application: "old" })).toBe("no-such-application");
  });
});
