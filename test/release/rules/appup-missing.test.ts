import { describe, expect, it } from "vitest";
import { appupMissing } from "../../../src/release/rules/appup-missing.js";
import { appupText, found, inShop, shop, shopRelease } from "./support.js";

const root = (appup: string | undefined, shopVsn = "2") => ({
  ...shop("1", undefined),
  ...shop(shopVsn, appup),
  ...shopRelease("1"),
  ...shopRelease("2", shopVsn),
});

describe("appup-missing", () => {
  it("finds an application that changes without an appup", async () => {
    expect(await found(appupMissing, root(undefined))).toEqual([
      ["shop goes from 1 to 2 between the releases 1 and 2, but has no appup", `${inShop("2", "shop.app")}:1 "2"`],
    ]);
  });

  it("finds nothing where there is one, be it invalid, or where nothing changes", async () => {
    expect(await found(appupMissing, root(appupText("2", "[]")))).toEqual([]);
    expect(await found(appupMissing, root("{oops"))).toEqual([]);
    expect(await found(appupMissing, root(undefined, "1"))).toEqual([]);
  });
});
