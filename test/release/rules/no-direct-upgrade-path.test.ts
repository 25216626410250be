import { describe, expect, it } from "vitest";
import { noDirectUpgradePath } from "../../../src/release/rules/no-direct-upgrade-path.js";
import { appupText, found, inShop, shop, shopRelease } from "./support.js";

const root = (entries: string) => ({
  ...shop("1", undefined),
  ...shop("2", appupText("2", '[{"1", []}]')),
  ...shop("3", appupText("3", entries)),
  ...shopRelease("1"),
  ...shopRelease("2"),
  ...shopRelease("3"),
});

describe("no-direct-upgrade-path", () => {
  it("finds an older release that can't be upgraded in one step", async () => {
    expect(await found(noDirectUpgradePath, root('[{"2", []}]'))).toEqual([
      [
        "shop 1 can't be upgraded to 3 in one step: the appup of shop 3 has no entry for 1",
        `${inShop("3", "shop.appup")}:1 "3"`,
      ],
    ]);
  });

  it("finds nothing where all versions have entries, nor the release before", async () => {
    expect(await found(noDirectUpgradePath, root('[{"2", []}, {"1", []}]'))).toEqual([]);
    expect(await found(noDirectUpgradePath, root('[{"1", []}]'))).toEqual([]);
  });

  it("doesn't repeat what the release before asks for already", async () => {
    const files = {
      ...shop("1", undefined),
      ...shop("2", appupText("2", "[]")),
      ...shopRelease("1", "1"),
      ...shopRelease("2", "1"),
      ...shopRelease("3", "2"),
    };
    expect(await found(noDirectUpgradePath, files)).toEqual([]);
  });
});
