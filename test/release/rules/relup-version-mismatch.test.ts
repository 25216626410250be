import { describe, expect, it } from "vitest";
import { relupVersionMismatch } from "../../../src/release/rules/relup-version-mismatch.js";
import { found, shop, shopRelease } from "./support.js";

describe("relup-version-mismatch", () => {
  it("finds a relup that was made for another release", async () => {
    const files = { ...shop("2", undefined), ...shopRelease("2", "2", '{"1", [], []}.') };
    expect(await found(relupVersionMismatch, files)).toEqual([
      ["the relup is for version 1, but the release's version is 2", 'root/releases/2/relup:1 "1"'],
    ]);
    expect(await found(relupVersionMismatch, files, "root/releases/2/relup")).toHaveLength(1);
  });

  it("finds nothing where they agree", async () => {
    expect(await found(relupVersionMismatch, { ...shopRelease("2", "2", '{"2", [], []}.') })).toEqual([]);
  });
});
