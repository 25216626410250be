import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { translationRule } from "../../src/upgrade/translation-rule.js";
import { appupText, findings, found, inShop, shop } from "../release/rules/support.js";

const given = { modules: ["shop", "till"] };
const single = "root/lib/shop-2";
const up = (instructions: string) => shop("2", appupText("2", `[{"1", ${instructions}}]`), given);
const down = (instructions: string) => shop("2", appupText("2", "[]", `[{"1", ${instructions}}]`), given);
const codes = async (files: ReturnType<typeof up>, path = single) =>
  (await findings(translationRule, files, path)).map(({ code }) => code);

describe("the trial translation of an appup's scripts", () => {
  it("finds two instructions about one module, at the second", async () => {
    expect(await found(translationRule, up("[{update, shop},\n  {load_module, shop}]"), single)).toEqual([
      ["two instructions are about shop", `${inShop("2", "shop.appup")}:3 {load_module, shop}`],
    ]);
  });

  it.each([
    ["[{update, shop}, {add_module, shop}]", "module-defined-twice"],
    ["[{restart_application, shop}, {load_module, till}]", "module-defined-twice"],
    ["[{update, shop, [till]}]", "dependency-without-instruction"],
    ["[{update, shop}, point_of_no_return]", "operation-before-point-of-no-return"],
    ["[point_of_no_return, point_of_no_return]", "several-points-of-no-return"],
    ["[{load, {shop, brutal_purge, brutal_purge}}]", "no-object-code"],
    ['[{load_object_code, {shop, "1", [till]}}, {update, shop}]', "conflicting-versions"],
    ["[{suspend, [shop]}]", "suspended-not-resumed"],
    ["[{resume, [shop]}]", "resumed-not-suspended"],
    ["[{stop, [shop]}]", "stopped-not-started"],
    ["[{start, [shop]}]", "started-not-stopped"],
    ["[{add_application, bank}, {remove_application, bank}]", "removed-application-present"],
  ])("refuses %s: %s", async (instructions, code) => {
    expect(await codes(up(instructions))).toEqual([code]);
  });

  it.each([
    "[{update, shop, {advanced, []}, [till]}, {load_module, till}]",
    "[{add_application, bank}]",
    "[{remove_application, bank}]",
    "[{restart_application, bank}, {restart_application, shop}]",
    "[{load_module, teller}]",
    "[{update, shop, [teller]}]",
    "[restart_new_emulator]",
    '[{load_object_code, {shop, "2", [shop]}}, point_of_no_return, {load, {shop, brutal_purge, brutal_purge}}]',
    "[{delete_module, cash}, {add_module, till}]",
  ])("accepts %s, for the rest of the release isn't known", async (instructions) => {
    expect(await codes(up(instructions))).toEqual([]);
    expect(await codes(down(instructions))).toEqual([]);
  });

  it("takes the older version's modules on the way down, where it is there", async () => {
    const files = {
      ...down("[{restart_application, shop}, {load_module, cash}]"),
      ...shop("1", undefined, { modules: ["cash"] }),
    };
    expect(await codes(files, "root/lib")).toEqual(["module-defined-twice"]);
    expect(await codes(down("[{restart_application, shop}, {load_module, cash}]"))).toEqual([]);
  });

  it("accepts code that is fetched in the version that is gone to", async () => {
    expect(await codes(down('[{load_object_code, {shop, "1", [shop]}}, {update, shop}, {load_module, till}]'))).toEqual(
      [],
    );
  });

  it("names every code of the passes that can come of one appup", () => {
    const directory = join(import.meta.dirname, "../../src/upgrade/translation");
    const sources = readdirSync(directory).map((file) => readFileSync(join(directory, file), "utf8"));
    const written = sources.flatMap((text) => [
      ...text.matchAll(/code: "([a-z-]+)"/g),
      ...text.matchAll(/unpaired\(\w+, \w+, "([a-z-]+)"/g),
    ]);
    // These two ask for the rest of the release.
    const ours = new Set([
      ...translationRule.codes.map(({ code }) => code),
      "no-such-application",
      "module-not-in-app",
    ]);
    expect(new Set(written.map(([, code]) => code))).toEqual(ours);
  });
});
