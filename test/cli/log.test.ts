import { describe, expect, it } from "vitest";
import { z } from "zod";
import { copyRoot, COUNTER_020, TemporaryFolder } from "./support/root.js";
import { COUNTER, relupctl } from "./support/run.js";

const line = z.looseObject({ level: z.int(), time: z.int(), pid: z.int(), msg: z.string().min(1) });
type Line = z.output<typeof line>;

/** The lines of a log, each of which must be an object. */
const linesOf = (folder: TemporaryFolder): Line[] =>
  folder
    .read("log")
    .trimEnd()
    .split("\n")
    .map((text) => line.parse(JSON.parse(text)));

const LEVELS = { debug: 20, info: 30, warn: 40, error: 50 };

const logOf = async (level: string | undefined, ...args: string[]): Promise<Line[]> => {
  using folder = new TemporaryFolder();
  const options = level === undefined ? [] : ["--log-level", level];
  await relupctl([...args, "--log-file", folder.at("log"), ...options]);
  return linesOf(folder);
};

describe("the log", () => {
  it("has a line for the start and the end of a command, and for each step and what was taken back", async () => {
    const log = await logOf(undefined, "apply", "0.3.0", "--boot", "0.2.0", "--root", COUNTER);
    expect(log[0]).toMatchObject({ level: LEVELS.info, msg: "started", schema: "relupctl/apply@1" });
    expect(log.at(-1)).toMatchObject({ msg: "ended", exitCode: 4, durationMs: expect.any(Number) as number });
    expect(log.filter(({ msg }) => msg === "step_done")).toHaveLength(4);
    expect(log.find(({ msg }) => msg === "step_failed")).toMatchObject({
      level: LEVELS.error,
      step: 4,
      instruction: "code_change",
      modules: ["counter"],
      problem: { code: "code-change-failed" },
    });
    expect(log.find(({ msg, instruction }) => msg === "step_started" && instruction === "suspend")).toMatchObject({
      pids: [expect.stringMatching(/^<0\.\d+\.0>$/)],
    });
    expect(log.filter(({ msg }) => msg === "undone").map(({ what }) => what)).toContain(
      "put the old code of counter back",
    );
    expect(log.find(({ msg }) => msg === "apply")).toMatchObject({ result: "rolled_back" });
    expect(new Set(log.map(({ pid }) => pid)).size).toBe(1);
  });

  it("has what --log-level asks for", async () => {
    const failing = ["apply", "0.3.0", "--boot", "0.2.0", "--root", COUNTER];
    const levels = ["debug", "warn", "error"] as const;
    const logs = await Promise.all(levels.map((level) => logOf(level, ...failing)));
    logs.forEach((log, index) => {
      expect(Math.min(...log.map(({ level }) => level))).toBe(LEVELS[levels[index]!]);
    });
    // What the embedded node reports, with its terms as Erlang writes them.
    const progress = logs[0]!.find(
      ({ msg, event }) => msg === "embedded node" && JSON.stringify(event).includes("counter_sup"),
    );
    expect(progress).toMatchObject({ level: LEVELS.debug, event: { kind: "progress", source: "{local,counter_sup}" } });
  });

  it("is appended to, and stays empty with silent", async () => {
    using folder = new TemporaryFolder();
    const check = (...options: string[]) => relupctl(["check", COUNTER, "--log-file", folder.at("log"), ...options]);
    await check("--log-level", "silent");
    expect(folder.read("log")).toBe("");
    await check();
    await check();
    expect(linesOf(folder).map(({ msg }) => msg)).toEqual(["started", "ended", "started", "ended"]);
  });

  it("has the problems that a command ends with, and what the node reported of them", async () => {
    using root = copyRoot("counter");
    root.edit(`${COUNTER_020}/counter.js`, "exports.vsn", 'throw new Error("no luck"); exports.vsn');
    const log = await logOf("info", "tree", "--boot", "0.2.0", "--root", root.path);
    expect(log.find(({ msg }) => msg === "problem")).toMatchObject({ level: LEVELS.error, code: "boot-failed" });
    expect(log.find(({ msg }) => msg === "embedded node")).toMatchObject({
      level: LEVELS.error,
      event: { kind: "module_load_failed", module: "counter", detail: expect.stringContaining("no luck") as string },
    });
    expect(log.at(-1)).toMatchObject({ msg: "ended", exitCode: 2 });
  });

  it("ends where the disk is full, and the upgrade goes on", async () => {
    const { code, stdout, stderr } = await relupctl(["apply", "0.2.0", "--root", COUNTER, "--log-file", "/dev/full"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Upgraded to 0\.2\.0 in/m);
    expect(stderr).toMatch(/^warning: the log file \/dev\/full can't be written to any more \[log-not-written\]\n/);
    expect(stderr.match(/warning/g)).toHaveLength(1);
  });
});
