import { describe, expect, it } from "vitest";
import { CommandError, EXIT } from "../../src/cli/exit.js";
import { print, settle } from "../../src/cli/report.js";
import { makePaint } from "../../src/cli/views/paint.js";
import { FileError } from "../../src/otp/file.js";
import { CallError, UnexpectedAnswer } from "../../src/otp/invoke.js";
import { ProblemError, type Problem } from "../../src/terms/problem.js";
import { atom } from "../../src/terms/term.js";
import { failureDocument } from "./support/documents.js";

const problem = (code: string): Problem => ({ code, severity: "error", summary: `the ${code}` });

const thrown = async (error: unknown): Promise<{ code: string; exitCode: number; detail: string | undefined }> => {
  const result = await settle(async () => {
    await Promise.resolve();
    throw error as Error;
  });
  if (!("problems" in result)) throw new Error("it was settled as a report");
  const [{ code, detail }] = result.problems;
  return { code, exitCode: result.exitCode, detail };
};

describe("what a command throws", () => {
  it.each([
    ["its own error", new CommandError(EXIT.locked, problem("locked")), "locked", 6],
    ["a wait for the lock that was interrupted", new ProblemError([problem("interrupted")]), "interrupted", 130],
    ["an invalid manifest", new ProblemError([problem("syntax-error")]), "syntax-error", 2],
    ["a missing release", new ProblemError([problem("release-not-found")]), "release-not-found", 2],
    ["no way to a version", new ProblemError([problem("no-upgrade-path")]), "no-upgrade-path", 3],
    [
      "no way, and an invalid manifest",
      new ProblemError([problem("no-upgrade-path"), problem("x")]),
      "no-upgrade-path",
      2,
    ],
    [
      "a call that was not answered",
      new CallError("code:which/1", { kind: "unknown", cause: "timeout" }),
      "call-failed",
      1,
    ],
    [
      "a connection that was lost",
      new CallError("code:which/1", { kind: "unknown", cause: "connection_lost" }),
      "node-lost",
      1,
    ],
    ["a node that is gone", new CallError("code:which/1", { kind: "not_sent", cause: "gone" }), "node-lost", 1],
    ["a disk that is full", new FileError("file:write_file/2", "/r/releases/x", "enospc"), "disk-full", 3],
    ["a root that is read-only", new FileError("file:open/2", "/r/releases/x", "erofs"), "root-not-writable", 3],
    ["an answer of another form", new UnexpectedAnswer("code:which/1", atom("what")), "call-failed", 1],
    ["a fault of ours", new TypeError("undefined is not a function"), "internal-error", 1],
    ["no error at all", "text", "internal-error", 1],
  ])("%s", async (_what, error, code, exitCode) => {
    expect(await thrown(error)).toMatchObject({ code, exitCode });
  });

  it("is shown with the stack where it is a fault of ours", async () => {
    expect((await thrown(new TypeError("no luck"))).detail).toMatch(/TypeError: no luck\n {4}at /);
  });
});

it("prints every problem, to stderr for people and as one document to stdout", () => {
  const paint = makePaint(false, 80);
  const printed = { out: "", err: "" };
  const io = {
    out: (text: string) => (printed.out += text),
    err: (text: string) => (printed.err += text),
    paint,
    paintErr: paint,
    errIsTerminal: false,
    written: () => Promise.resolve(undefined),
  };
  const result = { problems: [problem("first"), problem("second")] as [Problem, Problem], exitCode: EXIT.invalid };
  expect(print(result, "relupctl/plan@1", false, io)).toBe(2);
  expect(printed).toEqual({ out: "", err: "error: the first [first]\n\nerror: the second [second]\n" });
  expect(print(result, "relupctl/plan@1", true, io)).toBe(2);
  const document = failureDocument("plan").parse(JSON.parse(printed.out));
  expect(document.problems.map(({ code }) => code)).toEqual(["first", "second"]);
});
