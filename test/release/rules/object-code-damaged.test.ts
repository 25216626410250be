import { describe, expect, it } from "vitest";
import { objectCodeDamaged } from "../../../src/release/rules/object-code-damaged.js";
import { appupText, findings, found, inShop, shop } from "./support.js";

const appup = appupText("2", '[{"1", [{load_module, shop}]}]');

describe("object-code-damaged", () => {
  it("finds a module whose .beam is none", async () => {
    const files = shop("2", appup, {}, { "shop.beam": "FOR1 and nothing else" });
    expect(await found(objectCodeDamaged, files, "root/lib/shop-2")).toEqual([
      [`load_module of shop, but ${inShop("2", "shop.beam")} is damaged`, `${inShop("2", "shop.appup")}:2 shop`],
    ]);
    const [problem] = await findings(objectCodeDamaged, files, "root/lib/shop-2");
    expect(problem!.detail).toMatch(/^It is no whole BEAM file: byte \d+: expected/);
  });

  it("finds nothing in the modules of the embedded node", async () => {
    expect(await found(objectCodeDamaged, shop("2", appup, {}, { "shop.js": "oops(" }), "root/lib/shop-2")).toEqual([]);
  });
});
