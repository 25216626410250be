import { describe, expect, it } from "vitest";
import { decodeScript, encodeScript } from "../../src/release/script.js";
import type { Instruction } from "../../src/release/instruction.js";
import { parseTerm } from "../../src/terms/parse.js";
import { printTerm } from "../../src/terms/print.js";
import { ProblemError, type Span } from "../../src/terms/problem.js";
import { translateScripts } from "../../src/upgrade/translate.js";

function script(text: string): readonly Instruction[] {
  const decoded = decodeScript(parseTerm(text));
  if (!decoded.ok) throw new ProblemError(decoded.problems);
  return decoded.instructions;
}

const application = { name: "app", vsn: "2", type: "permanent", modules: ["m", "n", "s"] } as const;
const translate = (mode: "up" | "down", ...scripts: readonly string[]): string =>
  printTerm(encodeScript(translateScripts(mode, scripts.map(script), [application], [application])));

const UPDATES = `[{update, m, {advanced, x}, [n]}, {update, n, static, 7000, {advanced, y}, soft_purge, brutal_purge, []},
                  {update, s, supervisor}, {delete_module, gone}]`;

describe("translateScripts", () => {
  it("suspends, loads, changes code and resumes on the way up", () => {
    expect(translate("up", UPDATES)).toBe(
      printTerm(
        parseTerm(`[{load_object_code, {app, "2", [m, n, s]}},
          point_of_no_return,
          {suspend, [m, {n, 7000}]},
          {load, {n, soft_purge, brutal_purge}}, {load, {m, brutal_purge, brutal_purge}},
          {code_change, up, [{m, x}, {n, y}]},
          {resume, [n, m]},
          {suspend, [s]}, {load, {s, brutal_purge, brutal_purge}}, {code_change, up, [{s, []}]}, {resume, [s]},
          {remove, {gone, brutal_purge, brutal_purge}}, {purge, [gone]}]`),
      ),
    );
  });

  it("changes the code of dynamic modules first on the way down, and loads in reversed order", () => {
    expect(translate("down", UPDATES)).toBe(
      printTerm(
        parseTerm(`[{load_object_code, {app, "2", [m, n, s]}},
          point_of_no_return,
          {suspend, [m, {n, 7000}]},
          {code_change, down, [{m, x}]},
          {load, {m, brutal_purge, brutal_purge}}, {load, {n, soft_purge, brutal_purge}},
          {code_change, down, [{n, y}]},
          {resume, [n, m]},
          {suspend, [s]}, {load, {s, brutal_purge, brutal_purge}}, {code_change, down, [{s, []}]}, {resume, [s]},
          {remove, {gone, brutal_purge, brutal_purge}}, {purge, [gone]}]`),
      ),
    );
  });

  it("puts the emulator's restarts where they belong", () => {
    const scripts = ["[restart_emulator, {apply, {m, f, []}}, restart_emulator]", "[restart_new_emulator]"];
    expect(translate("up", ...scripts)).toBe(
      "[restart_new_emulator,point_of_no_return,{apply,{m,f,[]}},restart_emulator]",
    );
    expect(translate("down", ...scripts)).toBe("[point_of_no_return,{apply,{m,f,[]}},restart_emulator]");
    expect(translate("down", scripts[1]!)).toBe("[point_of_no_return,restart_emulator]");
  });

  it("reports everything that one pass objects to, at the places of the instructions", () => {
    const place = { offset: 0, line: 1, column: 1 };
    const span = (script: number, index: number): Span => ({
      file: `${script}.appup`,
      start: { ...place, line: index },
      end: place,
      lineText: "",
    });
    const scripts = [
      script("[{load_module, m}]"),
      script("[{add_module, x}, {load_module, m}, {load_module, n, [q]}]"),
    ];
    let problems: ProblemError["problems"] = [];
    try {
      translateScripts("up", scripts, [application], [application], ({ script, index }) => span(script, index));
    } catch (error) {
      problems = (error as ProblemError).problems;
    }
    expect(problems.map(({ code, severity, span }) => [code, severity, span?.file, span?.start.line])).toEqual([
      ["module-defined-twice", "error", "1.appup", 1],
      ["dependency-without-instruction", "error", "1.appup", 2],
    ]);
  });

  it("says which module no application lists", () => {
    expect(() => translate("up", "[{load_module, x}]")).toThrow("x");
  });
});
