import { describe, expect, it } from "vitest";
import { noDowngradePath } from "../../../src/release/rules/no-downgrade-path.js";
import { appupText, found } from "./support.js";

const appup = (up: string, down: string) =>
  found(noDowngradePath, { "shop.appup": appupText("2", up, down) }, "shop.appup");

describe("no-downgrade-path", () => {
  it("finds a version that can be left but not gone back to", async () => {
    expect(await appup('[{"1", []}, {"0", []}]', '[{"0", []}]')).toEqual([
      ["1 can be upgraded to 2, but 2 can't be downgraded to it", 'shop.appup:2 "1"'],
    ]);
    expect(await appup('[{<<"1\\\\..*">>, []}]', "[]")).toHaveLength(1);
  });

  it("finds it in YAML too", async () => {
    const text = 'vsn: "2"\nupFrom:\n  - version: "1"\n    instructions: []\ndownTo: []\n';
    expect(await found(noDowngradePath, { "shop.appup.yaml": text }, "shop.appup.yaml")).toEqual([
      ["1 can be upgraded to 2, but 2 can't be downgraded to it", 'shop.appup.yaml:3 "1"'],
    ]);
  });

  it("finds nothing where an entry or a pattern stands for the version", async () => {
    expect(await appup('[{"1.1", []}]', '[{<<"1\\\\.[0-9]+">>, []}]')).toEqual([]);
    expect(await appup('[{<<"1\\\\.[01]">>, []}]', '[{<<"1\\\\..*">>, []}]')).toEqual([]);
    expect(await appup("[]", '[{"1", []}]')).toEqual([]);
  });
});
