import { describe, expect, it } from "vitest";
import { check } from "../../../src/release/check/check.js";
import type { ProblemError } from "../../../src/terms/problem.js";
import { appText, appupText, memoryFiles, relText, shop, shopRelease, type Files } from "../rules/support.js";

const codes = async (files: Files, path: string) =>
  (await check(memoryFiles(files), path)).problems.map(({ code }) => code);
const checkedFiles = async (files: Files, path: string) => (await check(memoryFiles(files), path)).files;

const twoVersions = {
  ...shop("1", undefined),
  ...shop("2", appupText("2", '[{"1", []}]', '[{"1", []}]')),
  ...shopRelease("1"),
  ...shopRelease("2"),
};

describe("what is checked", () => {
  it("is a file, in either form, by itself", async () => {
    const files = { "a/shop.app": appText("shop", "1"), "a/shop.appup": "{oops" };
    expect(await checkedFiles(files, "a/shop.app")).toEqual(["a/shop.app"]);
    expect(await codes(files, "a/shop.app")).toEqual([]);
    expect(await codes(files, "a/shop.appup")).toEqual(["syntax-error"]);
    expect(await codes({ "relup.yaml": "vsn: 1" }, "relup.yaml")).toContain("bad-relup-version");
  });

  it("is an application's directory, its ebin, or any directory of manifests", async () => {
    const both = ["root/lib/shop-2/ebin/shop.app", "root/lib/shop-2/ebin/shop.appup"];
    expect(await checkedFiles(twoVersions, "root/lib/shop-2")).toEqual(both);
    expect(await checkedFiles(twoVersions, "root/lib/shop-2/ebin")).toEqual(both);
    expect(await checkedFiles({ "src/a.app": appText("a", "1"), "src/a.erl": "" }, "src")).toEqual(["src/a.app"]);
  });

  it("is the working directory", async () => {
    const files = { "ebin/shop.app": appText("shop", "1"), "ebin/shop.appup": appupText("2", "[]") };
    expect(await codes(files, ".")).toEqual(["appup-version-mismatch"]);
    expect(await checkedFiles(files, ".")).toEqual(["./ebin/shop.app", "./ebin/shop.appup"]);
    expect(await codes({ "shop.app": appText("shop", "1"), "shop.appup": appupText("2", "[]") }, "shop.appup")).toEqual(
      ["appup-version-mismatch"],
    );
  });

  it("is a directory of applications, which then see each other", async () => {
    expect(await checkedFiles(twoVersions, "root/lib")).toEqual([
      "root/lib/shop-1/ebin/shop.app",
      "root/lib/shop-2/ebin/shop.app",
      "root/lib/shop-2/ebin/shop.appup",
    ]);
  });

  it("is a release's directory, with its sys.config", async () => {
    const files = { ...twoVersions, "root/releases/2/sys.config": "[{a, [}]." };
    expect(await checkedFiles(files, "root/releases/2")).toEqual([
      "root/releases/2/shop.rel",
      "root/releases/2/sys.config",
    ]);
    expect(await codes(files, "root/releases/2")).toEqual(["syntax-error"]);
  });

  it("is a release root", async () => {
    expect(await checkedFiles(twoVersions, "root")).toHaveLength(5);
    expect(await codes(twoVersions, "root")).toEqual([]);
  });

  it("is nothing else", async () => {
    const refusal = async (path: string) =>
      await check(memoryFiles({ "a/b.txt": "", "a/c/d": "" }), path).catch((error: unknown) => {
        const [problem] = (error as ProblemError).problems;
        return [problem!.code, problem!.summary];
      });
    expect(await refusal("a")).toEqual(["nothing-to-check", "a is nothing that can be checked"]);
    expect(await refusal("a/b.txt")).toEqual(["nothing-to-check", "a/b.txt is nothing that can be checked"]);
    expect(await refusal("none.app")).toEqual(["nothing-to-check", "none.app is nothing that can be checked"]);
  });
});

describe("a release root", () => {
  it("lacks nothing that it names but what every node has", async () => {
    const files = { ...twoVersions, "root/releases/3/shop.rel": relText("shop", "3", { shop: "2", bank: "1" }) };
    expect(await codes(files, "root")).toEqual(["application-not-found"]);
  });

  it("has its releases and applications where their versions say", async () => {
    const files = {
      ...twoVersions,
      "root/releases/3/shop.rel": relText("shop", "4", { shop: "2" }),
      "root/lib/bank-1/ebin/bank.app": appText("bank", "2"),
      "root/releases/2/shop.rel": relText("shop", "2", { shop: "2", bank: "1" }),
    };
    expect(await codes(files, "root")).toEqual(["application-mismatch", "release-version-mismatch"]);
  });

  it("may hold several releases in a directory, though relupctl couldn't tell which one it is", async () => {
    const files = { ...twoVersions, "root/releases/2/stall.rel": relText("stall", "2", { shop: "2" }) };
    const { problems } = await check(memoryFiles(files), "root");
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([["ambiguous-release", "warning"]]);
  });

  it("has one form of a manifest", async () => {
    const files = { ...twoVersions, "root/lib/shop-1/ebin/shop.app.yaml": "name: shop" };
    expect(await codes(files, "root")).toEqual(["two-forms"]);
  });

  it("has a RELEASES that can be read", async () => {
    expect(await codes({ ...twoVersions, "root/releases/RELEASES": "[oops]." }, "root")).toEqual(["bad-releases-file"]);
  });
});

describe("the way it is checked", () => {
  it("reads every file once", async () => {
    const log: string[] = [];
    await check(memoryFiles(twoVersions, log), "root");
    expect(log.toSorted()).toEqual([...new Set(log)].sort());
    expect(log).toContain("root/lib/shop-2/ebin/shop.appup");
  });

  it("reads the code of modules only where something is said of them", async () => {
    const modules = { modules: ["shop", "till"] };
    const object = { "shop.js": "", "till.js": "" };
    const read = async (files: Files, path: string) => {
      const log: string[] = [];
      await check(memoryFiles(files, log), path);
      return log.filter((file) => file.endsWith(".js"));
    };
    const two = shop("2", appupText("2", '[{"1", [{load_module, till}]}]'), modules, object);
    expect(await read(two, "root/lib/shop-2")).toEqual(["root/lib/shop-2/ebin/till.js"]);
    expect(await read({ ...two, ...shop("1", undefined, modules, object) }, "root/lib")).toHaveLength(4);
  });

  it("tells of every problem once, in the order of the files", async () => {
    const files = {
      ...shop("2", appupText("1", '[{"1", []}, {"1", []}]'), { modules: ["a", "a"] }),
      ...shopRelease("2"),
    };
    const { problems } = await check(memoryFiles(files), "root");
    expect(problems.map(({ code, span }) => `${span!.file}:${span!.start.line} ${code}`)).toEqual([
      "root/lib/shop-2/ebin/shop.app:2 repeated-name",
      "root/lib/shop-2/ebin/shop.app:2 duplicate-module",
      "root/lib/shop-2/ebin/shop.appup:1 appup-version-mismatch",
      "root/lib/shop-2/ebin/shop.appup:2 no-downgrade-path",
      "root/lib/shop-2/ebin/shop.appup:2 no-downgrade-path",
      "root/lib/shop-2/ebin/shop.appup:2 entry-never-picked",
    ]);
  });

  it("says how many problems of a file are not shown, behind those that are", async () => {
    const entries = Array.from({ length: 500 }, () => "oops").join(", ");
    const { problems } = await check(memoryFiles({ "x.appup": `{"1", [${entries}], []}.` }), "x.appup");
    expect(problems.length).toBeGreaterThan(5);
    expect(problems.length).toBeLessThan(500);
    expect(problems.map(({ code }) => code).indexOf("more-problems")).toBe(problems.length - 1);
  });

  it("lets errors that are no findings through", async () => {
    const reader = { ...memoryFiles(twoVersions), read: () => Promise.reject(new Error("the disk is gone")) };
    await expect(check(reader, "root")).rejects.toThrow("the disk is gone");
  });
});
