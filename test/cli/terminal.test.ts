import { execFileSync, spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { counterWhoseCodeChange } from "./support/root.js";
import { COUNTER, environment, PROGRAM, REPOSITORY, STORE, TIMEOUT_MS, widest } from "./support/run.js";

/** True where there is the `script` of util-linux, which runs a command on a terminal of its own. */
const hasScript = ((): boolean => {
  try {
    return execFileSync("script", ["--version"], { encoding: "utf8" }).includes("util-linux");
  } catch {
    return false;
  }
})();

interface Shown {
  readonly code: number | null;
  /** Everything that was written to the terminal. */
  readonly text: string;
}

/** Runs the program on a terminal with so many columns. */
async function onTerminal(args: readonly string[], columns: number, env: Record<string, string> = {}): Promise<Shown> {
  const command = `stty cols ${columns} rows 40; ${[process.execPath, PROGRAM, ...args].join(" ")}`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: REPOSITORY,
    env: environment({ TERM: "xterm-256color", SHELL: "/bin/sh", ...env }),
    stdio: ["ignore", "pipe", "inherit"],
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const [shown, code] = await Promise.all([text(child.stdout), ended]);
  return { code, text: shown.replaceAll("\r\n", "\n") };
}

const GREEN = "\u001b[32m";
const RED = "\u001b[31m";
const CLEAR_LINE = "\r\u001b[K";

/** What stays on the terminal: of a line that was written over, the last. */
const left = (shown: string): string => stripVTControlCharacters(shown.replaceAll(/[^\n]*\r\u001b\[K/g, ""));

describe.skipIf(!hasScript)("on a terminal", () => {
  it("an upgrade is shown in colour, with a line of progress that is gone at the end", async () => {
    const { code, text } = await onTerminal(["apply", "0.2.0", "--root", COUNTER], 80);
    expect(code).toBe(0);
    expect(text).toContain(`${GREEN}ok`);
    expect(text).toContain(`${GREEN}Upgraded to 0.2.0`);
    const progress = [...text.matchAll(/\r\u001b\[K\u001b\[2mstep (\d) {2}(\w+)/g)].map(
      ([, step, name]) => `${step} ${name}`,
    );
    expect(progress).toEqual([
      "1 load_object_code",
      "2 point_of_no_return",
      "3 suspend",
      "4 load",
      "5 code_change",
      "6 resume",
    ]);
    // The last thing that is done to the line is to clear it, and then the result begins.
    expect(text.slice(text.lastIndexOf(CLEAR_LINE))).toMatch(/^\r\u001b\[K\u001b\[1mcounter 0\.1\.0 -> 0\.2\.0/);
    expect(left(text)).not.toContain("step 1");
    expect(widest(left(text))).toBeLessThanOrEqual(80);
  });

  it("a failure is shown in red, and the line of progress is gone too", async () => {
    using root = counterWhoseCodeChange("return 42;");
    const { code, text } = await onTerminal(["apply", "0.2.0", "--root", root.path], 80);
    expect(code).toBe(4);
    expect(text).toContain(`${RED}FAILED`);
    expect(text).toContain(`${RED}error`);
    expect(left(text)).not.toContain("step 5");
  });

  it("NO_COLOR and a dumb terminal get no colour, and a dumb one no line that is written over", async () => {
    const args = ["apply", "0.2.0", "--root", COUNTER];
    const [plain, dumb] = await Promise.all([
      onTerminal(args, 80, { NO_COLOR: "1" }),
      onTerminal(args, 80, { TERM: "dumb" }),
    ]);
    expect(plain.text.replaceAll(CLEAR_LINE, "")).not.toContain("\u001b");
    expect(plain.text).toContain(`${CLEAR_LINE}step 1  load_object_code`);
    expect(dumb.text).not.toContain("\u001b");
    expect(dumb.text).not.toContain("step 1");
    expect(dumb.text).toMatch(/^counter 0\.1\.0 -> 0\.2\.0/);
  });

  it("with --json there is no progress", async () => {
    const { code, text } = await onTerminal(["apply", "0.2.0", "--root", COUNTER, "--json"], 80);
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ result: "upgraded" });
  });

  it.each([60, 80, 120])("a plan and its findings fit into %i columns", async (columns) => {
    const { code, text } = await onTerminal(["plan", "2.0.0", "--root", STORE], columns);
    expect(code).toBe(3);
    // A digest is one word.
    const lines = left(text)
      .split("\n")
      .filter((line) => !line.startsWith("digest "));
    expect(widest(lines.join("\n"))).toBeLessThanOrEqual(columns);
    expect(widest(lines.join("\n"))).toBeGreaterThan(columns - 15);
    // Nothing is cut off.
    expect(text).not.toContain("…");
    expect(left(text)).toMatch(
      /my_store 2\.0\.0:\s+Elixir\.MyStore\.Server,\s+Elixir\.MyStore\.Stores,\s+Elixir\.MyStore\n/,
    );
  });

  it("a problem of a file is shown with its line", async () => {
    const { code, text } = await onTerminal(["plan", "9.9.9", "--root", COUNTER], 80);
    expect(code).toBe(2);
    expect(text).toContain(`${RED}error`);
  });
});
