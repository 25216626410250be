import { describe, expect, it } from "vitest";
import { deletedModuleListed } from "../../../src/release/rules/deleted-module-listed.js";
import { appupText, found, inShop, shop } from "./support.js";

describe("deleted-module-listed", () => {
  it("finds a module that an upgrade deletes though the new version has it", async () => {
    const appup = appupText("2", '[{"1", [{delete_module, shop}, {delete_module, cash}]}]');
    expect(await found(deletedModuleListed, shop("2", appup), "root/lib/shop-2")).toEqual([
      ["delete_module of shop, which shop 2 still lists", `${inShop("2", "shop.appup")}:2 shop`],
    ]);
  });

  it("finds nothing on the way down, where the new version's modules go away", async () => {
    const appup = appupText("2", "[]", '[{"1", [{delete_module, shop}]}]');
    expect(await found(deletedModuleListed, shop("2", appup), "root/lib/shop-2")).toEqual([]);
  });
});
