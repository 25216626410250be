import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSink } from "../../../src/engine/journal/sink.js";

describe("the file of a journal", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "relupctl-sink-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const make = async (path: string): Promise<string> => {
    try {
      await (await createSink(path)).close();
      return "made";
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error);
    }
  };

  it("is made with the directories above it, for its owner alone", async () => {
    const paths = ["a/b/one", "a/b/two", "a/c/three"].map((path) => join(folder, path));
    expect(await Promise.all(paths.map(make))).toEqual(["made", "made", "made"]);
    const modes = ["a", "a/b", "a/b/one"].map((path) => statSync(join(folder, path)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o700, 0o600]);
    expect(await make(paths[0]!)).toBe("EEXIST");
  });

  it("is refused at once where a file stands in the way", async () => {
    writeFileSync(join(folder, "file"), "");
    expect(await make(join(folder, "file", "journal", "one"))).toBe("EEXIST");
    expect(await make(join(folder, "file", "one"))).toBe("EEXIST");
  });

  // Whoever the user is: a file system that takes no directories.
  it.runIf(existsSync("/proc/self"))("is refused at once where no directory can be made", async () => {
    expect(await make("/proc/relupctl/journal/one")).toBe("ENOENT");
    expect(await make("/proc/relupctl/one")).toBe("ENOENT");
  });
});
