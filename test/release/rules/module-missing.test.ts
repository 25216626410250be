import { describe, expect, it } from "vitest";
import { moduleMissing } from "../../../src/release/rules/module-missing.js";
import { appText, appupText, findings, found, inShop, shop, shopRelease } from "./support.js";

const single = "root/lib/shop-2";
const appup = (up: string, down = "[]") => appupText("2", `[{"1", ${up}}]`, `[{"1", ${down}}]`);
const place = (module: string, line = 2) => `${inShop("2", "shop.appup")}:${line} ${module}`;

describe("module-missing", () => {
  it("finds a module that is nowhere, and knows the one that was probably meant", async () => {
    const files = shop("2", appup("[{load_module, shpo}, {update, till, {advanced, []}}, {add_module, till}]"));
    expect(await found(moduleMissing, files, single)).toEqual([
      ["load_module of shpo, which shop 2 doesn't have", place("shpo")],
      ["update of till, which shop 2 doesn't have", place("till")],
      ["add_module of till, which shop 2 doesn't have", place("till")],
    ]);
    const [first, second] = await findings(moduleMissing, files, single);
    expect(first!.hint).toBe("Did you mean shop?");
    expect(second!.hint).toBe("Correct the name, or add till to shop.");
  });

  it("finds a module that is listed, where there is object code but not of this one", async () => {
    const given = { modules: ["shop", "till"] };
    const files = shop("2", appup("[{load_module, till}]"), given, { "shop.js": "" });
    expect(await found(moduleMissing, files, single)).toEqual([
      ["load_module of till, which shop 2 lists but has no file of", place("till")],
    ]);
    // A tree of sources has no object code at all.
    expect(await found(moduleMissing, shop("2", appup("[{load_module, till}]"), given), single)).toEqual([]);
  });

  it("judges a module with a file by that: whether it is listed is another rule's affair", async () => {
    const files = shop("2", appup("[{load_module, till}]"), {}, { "shop.beam": "", "till.beam": "" });
    expect(await found(moduleMissing, files, single)).toEqual([]);
  });

  it("takes modules of other applications for modules", async () => {
    const files = {
      ...shop("2", appup("[{load_module, bank}]")),
      "root/lib/bank-1/ebin/bank.app": appText("bank", "1"),
    };
    expect(await found(moduleMissing, files, "root/lib")).toEqual([]);
    expect(await found(moduleMissing, files, single)).toHaveLength(1);
  });

  it("judges the way down by the older version, where that is there", async () => {
    const down = appup("[]", "[{load_module, cash}, {add_module, till}, {delete_module, shop}, {delete_module, nil}]");
    const files = { ...shop("1", undefined, { modules: ["cash"] }), ...shop("2", down) };
    expect(await found(moduleMissing, files, "root/lib")).toEqual([
      ["add_module of till, which shop 1 doesn't have", place("till", 3)],
      ["delete_module of nil, which shop 2 doesn't have", place("nil", 3)],
    ]);
    // Without it only what this version must have is judged.
    expect(await found(moduleMissing, shop("2", down), single)).toEqual([
      ["delete_module of nil, which shop 2 doesn't have", place("nil", 3)],
    ]);
  });

  it("finds a deleted module that the older version never had", async () => {
    const files = { ...shop("1", undefined), ...shop("2", appup("[{delete_module, shpo}, {delete_module, shop}]")) };
    expect(await found(moduleMissing, files, "root/lib")).toEqual([
      ["delete_module of shpo, which shop 1 doesn't have", place("shpo")],
    ]);
  });

  it("asks for the code that load_object_code fetches, in appups and relups", async () => {
    const fetch = (vsn: string, modules: string) => `{load_object_code, {shop, "${vsn}", [${modules}]}}`;
    const relup = `{"2", [{"1", [], [${fetch("2", "shop, shpo")}, ${fetch("9", "none")}]}], []}.`;
    const files = {
      ...shop("1", undefined, { modules: ["cash"] }, { "cash.js": "" }),
      ...shop("2", appup("[]", `[${fetch("1", "cash, till")}]`), { modules: ["shop", "till"] }, { "shop.js": "" }),
      ...shopRelease("2", "2", relup),
    };
    expect(await found(moduleMissing, files)).toEqual([
      ["load_object_code of till, which shop 1 doesn't have", place("till", 3)],
      ["load_object_code of shpo, which shop 2 doesn't have", "root/releases/2/relup:1 shpo"],
    ]);
  });
});
