import { describe, expect, it } from "vitest";
import { LibraryPath } from "../../../src/release/path/library-path.js";
import { loadRelease } from "../../../src/release/path/load-release.js";
import { appText, memoryFiles, problemsOf, relText } from "./memory.js";

const CORE = { "k/kernel.app": appText("kernel", "1"), "s/stdlib.app": appText("stdlib", "1") };
const rel = (applications: string) => relText("1", `{kernel, "1"}, {stdlib, "1"}, ${applications}`);

async function load(files: Readonly<Record<string, string | null>>, path: readonly string[], name = "r.rel") {
  const reader = memoryFiles({ ...CORE, ...files });
  const release = await loadRelease(reader, name, await LibraryPath.open(reader, ["k", "s", ...path]));
  return { release, reader };
}

const codes = async (files: Readonly<Record<string, string | null>>, path: readonly string[], name?: string) =>
  (await problemsOf(() => load(files, path, name))).map(({ code }) => code);

describe("loadRelease", () => {
  it("finds each application in the version that the release names, in the order of the release", async () => {
    const { release } = await load(
      { "r.rel": rel('{a, "2", load}'), "1/a.app": appText("a", "1"), "2/a.app": appText("a", "2") },
      ["*"],
    );
    expect(release.applications.map(({ app, dir, entry }) => [app.name, app.vsn, dir, entry.type])).toEqual([
      ["kernel", "1", "k", undefined],
      ["stdlib", "1", "s", undefined],
      ["a", "2", "2", "load"],
    ]);
  });

  it("passes over a file that can't be parsed or read, as long as a later one does", async () => {
    const files = {
      "r.rel": rel('{a, "1"}'),
      "1/a.app": "{application,",
      "2/a.app": null,
      "3/a.app": appText("a", "1"),
    };
    expect((await load(files, ["1", "2", "3"])).release.applications[2]!.dir).toBe("3");
    expect(await codes(files, ["1", "2"])).toEqual(["syntax-error"]);
    expect(await codes(files, ["2", "1"])).toEqual(["file-not-readable"]);
  });

  it("doesn't look further than a file that is wrong, even in another version", async () => {
    const wrong = appText("a", "2", { modules: "[1]" });
    const files = { "r.rel": rel('{a, "1"}'), "1/a.app": wrong, "2/a.app": appText("a", "1") };
    expect(await codes(files, ["1", "2"])).toEqual(["bad-module"]);
  });

  it("says of every application why it isn't there", async () => {
    const files = {
      "r.rel": rel('{a, "1"}, {b, "1"}, {c, "1"}'),
      "1/a.app": appText("a", "2"),
      "1/c.app": appText("other", "1"),
    };
    const problems = await problemsOf(() => load(files, ["1"]));
    expect(problems.map(({ code, span }) => [code, span?.file, span?.start.line])).toEqual([
      ["application-version-mismatch", "1/a.app", 3],
      ["application-not-found", "r.rel", 2],
      ["application-name-mismatch", "1/c.app", 1],
    ]);
  });

  it("finds the release beside the path, and without its ending", async () => {
    const files = { "1/r.rel": rel('{a, "1"}'), "1/a.app": appText("a", "1") };
    expect((await load(files, ["1"], "r")).release.manifest.file).toBe("1/r.rel");
    expect(await codes(files, ["1"], "other")).toEqual(["release-not-found"]);
  });

  it("reads each file once, for any number of releases", async () => {
    const reader = memoryFiles({ ...CORE, "r.rel": rel('{a, "1"}'), "1/a.app": appText("a", "1") });
    const libraries = await LibraryPath.open(reader, ["*"]);
    await Promise.all([loadRelease(reader, "r.rel", libraries), loadRelease(reader, "r.rel", libraries)]);
    expect(reader.reads.filter((file) => file.endsWith(".app")).sort()).toEqual([
      "1/a.app",
      "k/kernel.app",
      "s/stdlib.app",
    ]);
  });

  it("takes applications in the YAML form, and refuses both forms side by side", async () => {
    const yaml = "name: a\nvsn: '1'\ndescription: ''\nmodules: []\nregistered: []\napplications: []\n";
    const { release } = await load({ "r.rel": rel('{a, "1"}'), "1/a.app.yaml": yaml }, ["1"]);
    expect(release.applications[2]!.manifest.file).toBe("1/a.app.yaml");
    const both = { "r.rel": rel('{a, "1"}'), "1/a.app.yaml": yaml, "1/a.app": appText("a", "1") };
    expect(await codes(both, ["1"])).toEqual(["two-forms"]);
  });
});
