import { describe, expect, it } from "vitest";
import { readAppupOutline } from "../../src/release/outline.js";
import { decodeScript } from "../../src/release/script.js";
import { printTerm } from "../../src/terms/print.js";
import { codes } from "./problems.js";

const text = `{"2.0",
 [{"1.0", [{load_module, a}]},
  {<<"0\\\\..*">>, [{load_modul, b}]},
  {'0.1', []}, junk],
 [{"1.0", not_a_script}]}.
{"1.0", [], []}.
`;

describe("the outline of an appup", () => {
  const outline = readAppupOutline(text, "a.appup");

  it("has the entries that OTP would look at, with what their scripts are", () => {
    expect(outline.vsn).toBe("2.0");
    expect(outline.upFrom.map(({ version, script }) => [version, printTerm(script)])).toEqual([
      [{ exact: "1.0" }, "[{load_module,a}]"],
      [{ regex: "0\\..*" }, "[{load_modul,b}]"],
    ]);
    expect(outline.downTo.map(({ script }) => printTerm(script))).toEqual(["not_a_script"]);
  });

  it("knows the places of versions and of the parts of scripts", () => {
    const [, entry] = outline.upFrom;
    expect(outline.locateVsn()).toMatchObject({ start: { line: 1, column: 2 } });
    expect(entry!.locateVersion()).toMatchObject({ start: { line: 3, column: 4 } });
    const decoded = decodeScript(entry!.script, entry!.locateScript);
    expect(decoded).toMatchObject({
      ok: false,
      problems: [{ code: "unknown-instruction", span: { start: { line: 3, column: 19 } } }],
    });
  });

  it("of a version that is no string has none", () => {
    expect(readAppupOutline("{vsn, [], []}.", "a.appup").vsn).toBeUndefined();
  });

  it.each([
    ["{a, b}.", ["bad-appup"]],
    ['{"1", x, [y|z]}.', ["bad-up-from", "bad-down-to"]],
    ['{"1", [}.', ["syntax-error"]],
    ["", ["syntax-error"]],
  ])("isn't there for %j", (broken, expected) => {
    expect(codes(() => readAppupOutline(broken, "a.appup"))).toEqual(expected);
  });

  it("of the YAML form has the same, and the whole file is checked", () => {
    const yaml = `vsn: "2.0"
upFrom:
  - version: { regex: "1\\\\..*" }
    instructions:
      - load_module: a
      - update: b
        prePurge: soft_purge
downTo: []
`;
    const found = readAppupOutline(yaml, "a.appup.yaml");
    const { vsn, upFrom, downTo } = found;
    expect(vsn).toBe("2.0");
    expect(found.locateVsn()).toMatchObject({ start: { line: 1, column: 6 } });
    expect(downTo).toEqual([]);
    expect(upFrom[0]!.version).toEqual({ regex: "1\\..*" });
    expect(printTerm(upFrom[0]!.script)).toBe("[{load_module,a},{update,b,soft,soft_purge,brutal_purge,[]}]");
    expect(upFrom[0]!.locateScript([1, 3])).toMatchObject({ start: { line: 6, column: 9 } });
    expect(upFrom[0]!.locateVersion()).toMatchObject({ start: { line: 3, column: 14 } });
    expect(codes(() => readAppupOutline(yaml.replace("update:", "updat:"), "a.appup.yaml"))).toEqual([
      "unknown-instruction",
    ]);
  });
});
