import { describe, expect, it } from "vitest";
import { filesOnce } from "../../../src/release/check/files-once.js";

describe("a reader that reads once", () => {
  it("asks for each path once, also while it is being read, and remembers what isn't there", async () => {
    const asked: string[] = [];
    const reader = filesOnce({
      read: async (path) => {
        asked.push(path);
        return path === "none" ? undefined : new Uint8Array([asked.length]);
      },
      list: async (path) => {
        asked.push(path);
        return [path];
      },
    });
    const [a, again, none] = await Promise.all([reader.read("a"), reader.read("a"), reader.read("none")]);
    expect(a).toBe(again);
    expect([none, await reader.read("none"), await reader.list("a")]).toEqual([undefined, undefined, ["a"]]);
    expect(asked).toEqual(["a", "none", "a"]);
  });

  it("has few files open at a time, and goes on after one that fails", async () => {
    let open = 0;
    let most = 0;
    const reader = filesOnce({
      read: async (path) => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 1));
        open--;
        if (path === "7") throw new Error("broken");
        return undefined;
      },
      list: async () => undefined,
    });
    const results = await Promise.allSettled(Array.from({ length: 200 }, (_, index) => reader.read(String(index))));
    expect(results.filter(({ status }) => status === "rejected")).toHaveLength(1);
    expect(open).toBe(0);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(32);
  });
});
