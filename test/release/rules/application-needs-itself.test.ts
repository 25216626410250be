import { describe, expect, it } from "vitest";
import { applicationNeedsItself } from "../../../src/release/rules/application-needs-itself.js";
import { appText, found } from "./support.js";

describe("application-needs-itself", () => {
  it("finds an application among those that it waits for", async () => {
    const files = { "a.app": appText("a", "1", { applications: ["kernel", "a"] }) };
    expect(await found(applicationNeedsItself, files, "a.app")).toEqual([
      ["a must run before a can start", "a.app:4 a"],
    ]);
  });

  it("finds nothing in others", async () => {
    expect(await found(applicationNeedsItself, { "a.app": appText("a", "1") }, "a.app")).toEqual([]);
  });
});
