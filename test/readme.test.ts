import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT } from "../src/cli/exit.js";
import { relupctl, REPOSITORY } from "./cli/support/run.js";

const readme = readFileSync(join(REPOSITORY, "README.md"), "utf8");

interface Example {
  readonly command: string;
  /** What the paragraph before the block says: "exits with 3", "the exit code is 4"; else 0. */
  readonly exitCode: number;
}

/** The commands of the code blocks that call the program from a clone, with what is said of them. */
const examples = [...readme.matchAll(/([^\n]*(?:\n[^\n]+)*)\n\n```(?:sh)?\n([^]*?)```/g)].flatMap(
  ([, before = "", block = ""]) => {
    const said = /(?:exits with|exit\s+code is) (\d+)/.exec(before.replace(/\s+/g, " "));
    return block.split("\n").flatMap((line): Example[] => {
      const command = /^(?:npm ci && )?npx relupctl (.*)$/.exec(line)?.[1];
      return command === undefined ? [] : [{ command, exitCode: Number(said?.[1] ?? 0) }];
    });
  },
);

/** The rows of the table under a heading, as cells. */
function table(heading: string): string[][] {
  const section = readme.slice(readme.indexOf(`## ${heading}\n`)).split(/\n## /)[0]!;
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe("the readme", () => {
  it("has examples that succeed, that are refused, and that fail", () => {
    expect(examples.length).toBeGreaterThan(6);
    expect(new Set(examples.map(({ exitCode }) => exitCode))).toEqual(new Set([0, 3, 4]));
  });

  it.each(examples)("is right: relupctl $command exits with $exitCode", async ({ command, exitCode }) => {
    const { code, stderr } = await relupctl(command.split(" "));
    expect({ code, stderr }).toEqual({ code: exitCode, stderr: "" });
  });

  it("names every exit code", () => {
    const codes = table("Exit codes").map(([code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT).sort((a, b) => a - b));
  });

  it("names every command that there is, and no other", async () => {
    const { stdout } = await relupctl(["--help"]);
    const commands = [...stdout.matchAll(/^ {2}(\w+)[| ].*\[options\]/gm)].map(([, name]) => name);
    const named = table("Commands").map(([cell]) => /^`relupctl (\w+)/.exec(cell!)?.[1]);
    expect(named.toSorted()).toEqual(commands.toSorted());
  });
});
