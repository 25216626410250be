import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runMain } from "./support/in-process.js";
import { REPOSITORY } from "./support/run.js";

const page = readFileSync(join(REPOSITORY, "docs", "migrating.md"), "utf8");

/** What stands in the second column of the tables as code, and is a command of ours. */
const commands = page
  .split("\n")
  .filter((line) => line.startsWith("|"))
  .flatMap((line) => [...(line.split(" | ")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, code]) => code!))
  .map((code) => code.replace(/^relupctl /, ""))
  .filter((code) => /^[a-z]+( |$)/.test(code) && !/^(mix|rebar3|ebin)\b/.test(code));

describe("the page for who comes from other tools", () => {
  it("names commands in plenty", () => {
    expect(commands.length).toBeGreaterThan(30);
  });

  it.each([...new Set(commands)])("names a command and options that there are: %s", async (command) => {
    const [name] = command.split(" ");
    const { code, out } = await runMain([name!, "--help"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: relupctl \w/);
    for (const [option] of command.matchAll(/(?<= )--?[a-z][a-z-]*/g)) {
      expect(out).toMatch(new RegExp(`(^|\\s)${option}[ ,\\n]`));
    }
  });
});
