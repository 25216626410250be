import { describe, expect, it } from "vitest";
import { closure } from "../../../src/release/rules/closure.js";
import { appText, found, relText, type AppOptions } from "./support.js";

/** A root whose release holds these applications, all of version 1. */
function root(applications: Readonly<Record<string, AppOptions>>, rel?: string) {
  const names = Object.keys(applications);
  const versions = Object.fromEntries(names.map((name) => [name, "1"]));
  return {
    "root/releases/1/r.rel": rel ?? relText("r", "1", versions),
    ...Object.fromEntries(names.map((name) => [appFile(name), appText(name, "1", applications[name])])),
  };
}

const appFile = (name: string) => `root/lib/${name}-1/ebin/${name}.app`;

describe("closure", () => {
  it("finds nothing where everything fits, with kernel, stdlib and sasl left to the node", async () => {
    expect(await found(closure, root({ a: {}, b: { applications: ["kernel", "stdlib", "sasl", "a"] } }))).toEqual([]);
  });

  it("finds an application that the release doesn't have", async () => {
    expect(await found(closure, root({ a: { applications: ["kernel", "crypto"] } }))).toEqual([
      ["a uses crypto, which isn't in the release", `${appFile("a")}:4 crypto`],
    ]);
    expect(await found(closure, root({ a: { included: ["b"] } }))).toMatchObject([
      ["a includes b, which isn't in the release", expect.anything()],
    ]);
  });

  it("doesn't ask for the rest of a release where an application is checked alone", async () => {
    const files = root({ a: { applications: ["kernel", "crypto"], included: ["b"] } });
    expect(await found(closure, files, "root/lib/a-1")).toEqual([]);
  });

  it("finds a module that an application lists twice, also in a file of its own", async () => {
    const files = root({ a: { modules: ["a", "x", "a"] } });
    const twice = [["a lists a twice", `${appFile("a")}:2 a`]];
    expect(await found(closure, files)).toEqual(twice);
    expect(await found(closure, files, "root/lib/a-1")).toEqual(twice);
    expect(await found(closure, files, appFile("a"))).toEqual(twice);
  });

  it("finds a module that two applications of a release list", async () => {
    const files = root({ a: { modules: ["x"] }, b: { modules: ["x"] } });
    expect(await found(closure, files)).toEqual([["b lists x, as a does", `${appFile("b")}:2 x`]]);
    // Applications that no release puts together may well share a name.
    expect(await found(closure, files, "root/lib")).toEqual([]);
  });

  it("finds names and applications that two claim", async () => {
    const files = root({
      a: { registered: ["boss"], included: ["c"] },
      b: { registered: ["boss"], included: ["c"] },
      c: {},
    });
    expect((await found(closure, files)).map(([summary]) => summary)).toEqual([
      "b registers boss, as a does",
      "b includes c, as a does",
    ]);
  });

  it("finds circles", async () => {
    expect(await found(closure, root({ a: { applications: ["b"] }, b: { applications: ["a"] } }))).toMatchObject([
      [expect.stringContaining("which can't start before"), expect.stringMatching(/:4 \[.\]$/)],
    ]);
    expect(await found(closure, root({ a: { included: ["b"] }, b: { included: ["a"] } }))).toMatchObject([
      [expect.stringContaining("include each other in a circle"), expect.anything()],
    ]);
  });

  it("finds an included application that only the .rel knows of", async () => {
    const rel = relText("r", "1", { b: "1" }).replace(/\]\}/, ', {a, "1", [b]}]}');
    expect(await found(closure, root({ a: {}, b: {} }, rel))).toEqual([
      ["the release includes b in a, whose .app doesn't", "root/releases/1/r.rel:5 [b]"],
    ]);
  });
});
