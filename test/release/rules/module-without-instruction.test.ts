import { expect, it } from "vitest";
import { moduleWithoutInstruction } from "../../../src/release/rules/module-without-instruction.js";
import { describeErlang, useOracle } from "../../support/erlang.js";
import { describe } from "vitest";
import { compileModule } from "./compile.js";
import { appupText, findings, found, inShop, shop, type Files } from "./support.js";

const given = { modules: ["shop", "till"] };
const root = (instructions: string, before: Files, after: Files) => ({
  ...shop("1", undefined, given, before),
  ...shop("2", appupText("2", `[{"1", ${instructions}}]`), given, after),
});
const place = `${inShop("2", "shop.appup")}:2 "1"`;

describe("module-without-instruction", () => {
  const before = { "shop.js": "1", "till.js": "1" };
  const after = { "shop.js": "2", "till.js": "1" };

  it("finds a module that has changed, and is not named", async () => {
    const files = root("[{load_module, till}]", before, after);
    expect(await found(moduleWithoutInstruction, files, "root/lib")).toEqual([
      ["shop has changed since shop 1, but no instruction names it", place],
    ]);
  });

  it("finds a module that is new, and says how it is added", async () => {
    const files = root("[{load_module, shop}]", { "shop.js": "1" }, after);
    const [problem, ...more] = await findings(moduleWithoutInstruction, files, "root/lib");
    expect(more).toEqual([]);
    expect(problem).toMatchObject({
      summary: "till is new since shop 1, but no instruction names it",
      hint: "Add {add_module, till}.",
    });
  });

  it.each([
    "[{update, shop}]",
    "[{load_module, shop}]",
    "[{restart_application, shop}]",
    "[restart_new_emulator]",
    "[restart_emulator]",
    '[{load_object_code, {shop, "2", [shop]}}, point_of_no_return, {load, {shop, brutal_purge, brutal_purge}}]',
    "[{suspend, [shop]}, {resume, [shop]}]",
  ])("finds nothing where %s does", async (instructions) => {
    expect(await found(moduleWithoutInstruction, root(instructions, before, after), "root/lib")).toEqual([]);
  });

  it("finds nothing of another application's restart, of unlisted modules, nor where nothing has changed", async () => {
    const other = root("[{restart_application, bank}]", before, after);
    expect(await found(moduleWithoutInstruction, other, "root/lib")).toHaveLength(1);
    const unlisted = root("[]", before, { ...before, "notes.js": "" });
    expect(await found(moduleWithoutInstruction, unlisted, "root/lib")).toEqual([]);
  });
});

describeErlang("module-without-instruction, on compiled modules", () => {
  const oracle = useOracle();

  it("compares code, not what the compiler notes of itself", async () => {
    const source = (value: number) => `-module(shop). -export([a/0]). a() -> ${value}.`;
    const one = await compileModule(oracle, source(1), '[{source, "/one/shop.erl"}]');
    const same = await compileModule(oracle, source(1), '[debug_info, {source, "/two/shop.erl"}]');
    const two = await compileModule(oracle, source(2), "[]");
    const files = (after: Uint8Array) => root("[]", { "shop.beam": one }, { "shop.beam": after });
    expect(await found(moduleWithoutInstruction, files(same), "root/lib")).toEqual([]);
    expect(await found(moduleWithoutInstruction, files(two), "root/lib")).toHaveLength(1);
  });
});
