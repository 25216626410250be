import { describe, expect, it } from "vitest";
import { noUpgradePath } from "../../../src/release/rules/no-upgrade-path.js";
import { appupText, findings, found, inShop, relText, shop, shopRelease } from "./support.js";

const root = (appup: string, relup?: string) => ({
  ...shop("1", undefined),
  ...shop("2", appup),
  ...shopRelease("1"),
  ...shopRelease("2", "2", relup),
});

describe("no-upgrade-path", () => {
  it("finds the release before, whose version of an application has no entry", async () => {
    const files = root(appupText("2", '[{"0.9", []}, {<<"0\\\\..*">>, []}]'));
    expect(await found(noUpgradePath, files)).toEqual([
      ["the appup of shop 2 has no entry to upgrade from 1", `${inShop("2", "shop.appup")}:1 "2"`],
    ]);
    const [problem] = await findings(noUpgradePath, files);
    expect(problem!.detail).toContain('The appup has entries for 0.9, <<"0\\..*">>.');
    expect(problem!.hint).toBe('Add {"1", [...]} to the versions to upgrade from.');
  });

  it("finds nothing where an entry or a pattern stands for the version, or a pattern can't be judged", async () => {
    expect(await found(noUpgradePath, root(appupText("2", '[{"1", []}]')))).toEqual([]);
    expect(await found(noUpgradePath, root(appupText("2", '[{<<"[0-9]">>, []}]')))).toEqual([]);
    expect(await found(noUpgradePath, root(appupText("2", '[{<<"\\\\K7">>, []}]')))).toEqual([]);
  });

  it("finds nothing where the relup knows the way", async () => {
    const files = root(appupText("2", "[]"), '{"2", [{"1", [], [point_of_no_return]}], []}.');
    expect(await found(noUpgradePath, files)).toEqual([]);
  });

  it("looks at the release before only, and at releases of the same name", async () => {
    const two = root(appupText("2", '[{"1", []}]'));
    const three = { ...two, ...shop("3", appupText("3", '[{"2", []}]')), ...shopRelease("3") };
    expect(await found(noUpgradePath, three)).toEqual([]);
    const other = { ...shop("2", appupText("2", "[]")), ...shopRelease("2") };
    const renamed = { "root/releases/1/stall.rel": relText("stall", "1", { shop: "1" }) };
    expect(await found(noUpgradePath, { ...other, ...renamed, ...shop("1", undefined) })).toEqual([]);
  });

  it("orders releases by their versions, not by their names", async () => {
    const files = {
      ...shop("1.9", undefined),
      ...shop("1.10", appupText("1.10", '[{"1.9", []}]')),
      ...shopRelease("1.9"),
      ...shopRelease("1.10"),
    };
    expect(await found(noUpgradePath, files)).toEqual([]);
  });
});
