import { describe, expect, it } from "vitest";
import { searchDirectories } from "../../../src/release/path/directories.js";
import { memoryFiles, problemsOf } from "./memory.js";

const reader = memoryFiles({
  "/r/lib/b-2.0/ebin/b.app": "",
  "/r/lib/a-1.0/ebin/a.app": "",
  "/r/lib/a-10.0/ebin/a.app": "",
  "/r/lib/a-2.0/src/a.erl": "",
  "/r/lib/README": "",
  "lib/c/ebin/c.app": "",
});

const search = async (...patterns: readonly string[]) =>
  (await searchDirectories(reader, patterns)).map(({ directory }) => directory);

describe("searchDirectories", () => {
  it("takes a * for any name, and leaves out what is no directory", async () => {
    expect(await search("/r/lib/*/ebin")).toEqual(["/r/lib/a-1.0/ebin", "/r/lib/a-10.0/ebin", "/r/lib/b-2.0/ebin"]);
    expect(await search("/r/*")).toEqual(["/r/lib"]);
    expect(await search("/r/lib/R*", "/nowhere/*/ebin", "/r/lib/none")).toEqual([]);
  });

  it("takes what stands beside a * for a regular expression, as systools does", async () => {
    expect(await search("/r/lib/a-1.*/ebin")).toEqual(["/r/lib/a-1.0/ebin", "/r/lib/a-10.0/ebin"]);
    expect(await search("/r/lib/a-1\\.*/ebin")).toEqual(["/r/lib/a-1.0/ebin"]);
  });

  it("keeps the order of the path and names each directory once", async () => {
    expect(await search("/r/lib/b-2.0/ebin/", "/r//lib/*/ebin")).toEqual([
      "/r/lib/b-2.0/ebin",
      "/r/lib/a-1.0/ebin",
      "/r/lib/a-10.0/ebin",
    ]);
  });

  it("starts a relative path in the working directory", async () => {
    expect(await search("*/c/ebin", "lib/*/ebin", ".")).toEqual(["lib/c/ebin", "."]);
  });

  it("refuses a * beside what JavaScript would read in another way", async () => {
    expect(await problemsOf(() => search("/r/lib/(?i)a*"))).toMatchObject([{ code: "unsupported-path-pattern" }]);
  });

  it("passes over what may not be listed", async () => {
    const closed = {
      ...reader,
      list: async (directory: string) => (directory === "/r/lib/b-2.0/ebin" ? denied() : reader.list(directory)),
    };
    const denied = () => memoryFiles({ x: null }).read("x") as Promise<never>;
    expect((await searchDirectories(closed, ["/r/lib/*/ebin"])).map(({ directory }) => directory)).toEqual([
      "/r/lib/a-1.0/ebin",
      "/r/lib/a-10.0/ebin",
    ]);
  });
});
