import { describe, expect, it } from "vitest";
import { closeRelease } from "../../../src/release/closure/close-release.js";
import { LibraryPath } from "../../../src/release/path/library-path.js";
import { loadRelease } from "../../../src/release/path/load-release.js";
import { appText, memoryFiles, problemsOf, relText } from "../path/memory.js";

type Keys = Readonly<Record<string, string>>;

/** Closes a release of kernel, stdlib and the given applications; `rel` may give their entries. */
async function close(applications: Readonly<Record<string, Keys>>, rel?: string) {
  const all: Record<string, Keys> = { kernel: {}, stdlib: { applications: "[kernel]" }, ...applications };
  const files = Object.entries(all).map(([name, keys]) => [`${name}/${name}.app`, appText(name, "1", keys)] as const);
  const entries =
    rel ??
    Object.keys(applications)
      .map((name) => `{${name}, "1"}`)
      .join(", ");
  const text = relText("1", ['{kernel, "1"}', '{stdlib, "1"}', entries].filter((part) => part !== "").join(", "));
  const reader = memoryFiles({ "r.rel": text, ...Object.fromEntries(files) });
  return closeRelease(await loadRelease(reader, "r.rel", await LibraryPath.open(reader, ["*"])));
}

const names = async (...args: Parameters<typeof close>) => (await close(...args)).map(({ name }) => name);
const codes = async (...args: Parameters<typeof close>) =>
  (await problemsOf(() => close(...args))).map(({ code }) => code);

describe("closeRelease", () => {
  it("starts what is used and included first, else keeps the order of the release", async () => {
    const applications = { a: { applications: "[c]" }, b: { included_applications: "[d]" }, c: {}, d: {} };
    expect(await names(applications)).toEqual(["kernel", "stdlib", "c", "a", "d", "b"]);
  });

  it("lets optional applications be absent", async () => {
    const a = { applications: "[kernel, x]", optional_applications: "[x]" };
    expect(await names({ a })).toEqual(["kernel", "stdlib", "a"]);
    expect(await codes({ a: { applications: "[kernel, x]" } })).toEqual(["undefined-application"]);
    expect(await codes({ a: { included_applications: "[x]" } })).toEqual(["undefined-application"]);
  });

  it("starts who uses an included application after the application around it", async () => {
    const applications = { user: { applications: "[part]" }, whole: { included_applications: "[part]" }, part: {} };
    const closed = await close(applications);
    expect(closed.map(({ name }) => name)).toEqual(["kernel", "stdlib", "part", "whole", "user"]);
    expect(closed.find(({ name }) => name === "user")!.uses).toEqual(["whole"]);
  });

  it("lets an included application use the one around it", async () => {
    const applications = { whole: { included_applications: "[part]" }, part: { applications: "[whole]" } };
    expect(await names(applications)).toEqual(["kernel", "stdlib", "part", "whole"]);
  });

  it("refuses circles of use and of inclusion", async () => {
    expect(await codes({ a: { applications: "[b]" }, b: { applications: "[a]" } })).toEqual(["circular-dependency"]);
    const inclusion = { a: { included_applications: "[b]" }, b: { included_applications: "[a]" } };
    expect(await codes(inclusion)).toEqual(["circular-inclusion"]);
  });

  it("refuses an application that is used and included by one, or used twice", async () => {
    const both = { a: { applications: "[b]", included_applications: "[b]" }, b: {} };
    expect(await codes(both)).toEqual(["undefined-application"]);
    expect(await codes({ a: { applications: "[b, b]" }, b: {} })).toEqual(["undefined-application"]);
  });

  it("refuses names and modules that occur again, and names both places", async () => {
    const applications = {
      a: { registered: "[p]", modules: "[m, m]" },
      b: { registered: "[p]", modules: "[n]", included_applications: "[d]" },
      c: { modules: "[n]", included_applications: "[d]" },
      d: {},
    };
    const problems = await problemsOf(() => close(applications));
    expect(problems.map(({ code, summary, span }) => [code, summary, span?.file])).toEqual([
      ["duplicate-registered-name", "b registers p, as a does", "b/b.app"],
      ["duplicate-included-application", "c includes d, as b does", "c/c.app"],
      ["duplicate-module", "a lists m twice", "a/a.app"],
      ["duplicate-module", "c lists n, as b does", "c/c.app"],
    ]);
  });

  it("lets the release narrow the included applications, not widen them", async () => {
    const applications = { a: { included_applications: "[b, c]" }, b: {}, c: {} };
    const closed = await close(applications, '{a, "1", [b]}, {b, "1"}, {c, "1"}');
    expect(closed.find(({ name }) => name === "a")!.includes).toEqual(["b"]);
    expect(await codes(applications, '{a, "1", [b]}, {b, "1", [c]}, {c, "1"}')).toEqual([
      "included-application-not-declared",
    ]);
  });

  it("sorts what is used as the release does, what isn't there last", async () => {
    const a = { applications: "[x, c, b, kernel]", optional_applications: "[x]" };
    const closed = await close({ b: {}, a, c: {} });
    expect(closed.find(({ name }) => name === "a")!.uses).toEqual(["kernel", "b", "c", "x"]);
  });

  it("closes large releases quickly", async () => {
    const size = 1_500;
    const chain = Array.from({ length: size }, (_, index) => [
      `a${index}`,
      { applications: index === size - 1 ? "[kernel]" : `[kernel, stdlib, a${index + 1}]` },
    ]) as [string, Keys][];
    const order = await names(Object.fromEntries(chain));
    expect(order.slice(2)).toEqual(chain.map(([name]) => name).reverse());
  });
});
