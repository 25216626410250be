import { describe, expect, it } from "vitest";
import { appupVersionMismatch } from "../../../src/release/rules/appup-version-mismatch.js";
import { appupText, found, inShop, shop } from "./support.js";

describe("appup-version-mismatch", () => {
  it("finds an appup that is for another version than its .app", async () => {
    expect(await found(appupVersionMismatch, shop("2", appupText("1.9", "[]")), "root/lib/shop-2")).toEqual([
      ["the appup is for version 1.9, but the application's version is 2", `${inShop("2", "shop.appup")}:1 "1.9"`],
    ]);
  });

  it("finds it where the appup alone is checked, for the .app lies beside it", async () => {
    const files = shop("2", appupText("1.9", "[]"));
    expect(await found(appupVersionMismatch, files, inShop("2", "shop.appup"))).toHaveLength(1);
    expect(await found(appupVersionMismatch, files, inShop("2", "shop.app"))).toEqual([]);
  });

  it("finds nothing where they agree, or where there is no .app", async () => {
    expect(await found(appupVersionMismatch, shop("2", appupText("2", "[]")), "root/lib/shop-2")).toEqual([]);
    expect(await found(appupVersionMismatch, { "a/x.appup": appupText("1.9", "[]") }, "a")).toEqual([]);
  });
});
