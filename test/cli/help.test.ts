import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { relupctl, REPOSITORY, widest } from "./support/run.js";

/** Every command, with an option that is its own. */
const COMMANDS = {
  check: "path",
  convert: "--to <form>",
  relup: "--up-from <rel>",
  tree: "--unsupervised",
  plan: "--out <file>",
  apply: "--soak <duration>",
};

describe("the help", () => {
  it("names every command, and fits into 80 columns", async () => {
    const help = await relupctl(["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const command of Object.keys(COMMANDS)) expect(help.stdout).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
    expect(help.stdout).toContain("also: install, upgrade, downgrade");
    expect(widest(help.stdout)).toBeLessThanOrEqual(80);
  });

  it.each(Object.entries(COMMANDS))("of %s tells its arguments and options", async (command, own) => {
    const help = await relupctl([command, "--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain(`Usage: relupctl ${command}`);
    for (const words of [own, "--json", "--log-file <file>", "--log-level <level>"])
      expect(help.stdout).toContain(words);
    const lines = help.stdout.split("\n").filter((line) => !line.startsWith("  relupctl "));
    expect(widest(lines.join("\n"))).toBeLessThanOrEqual(80);
    // An option is told where it belongs: what is said of all commands comes last.
    const headings = help.stdout.match(/^\S.*:$/gm) ?? [];
    expect(headings.at(-1)).toBe("Output:");
  });

  it("of an alias is that of its command", async () => {
    const [apply, upgrade] = await Promise.all([relupctl(["help", "apply"]), relupctl(["upgrade", "--help"])]);
    expect(upgrade).toEqual(apply);
    expect(apply.code).toBe(0);
  });

  it("is printed as an error where no command is given", async () => {
    const bare = await relupctl([]);
    expect(bare).toMatchObject({ code: 1, stdout: "" });
    expect(bare.stderr).toContain("Usage: relupctl [options] [command]");
  });
});

it("tells the version of the package", async () => {
  const { version } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as { version: string };
  expect(await relupctl(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
});
