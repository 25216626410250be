import { describe, expect, it } from "vitest";
import { failureDocument } from "./support/documents.js";
import { runMain } from "./support/in-process.js";
import { TemporaryFolder } from "./support/root.js";
import { COUNTER, oneDocument, relupctl, relupctlJson } from "./support/run.js";

/** Wrong command lines: the arguments, whose document it is as JSON, and what is said. */
const WRONG: readonly (readonly [args: readonly string[], command: string, said: RegExp])[] = [
  [["aply", "0.2.0"], "error", /unknown command 'aply'.*Did you mean apply\?/s],
  [["chek"], "error", /unknown command 'chek'.*Did you mean check\?/s],
  [["check"], "check", /missing required argument 'path'/],
  [["plan", "0.2.0", "--rot", "."], "plan", /unknown option '--rot'.*Did you mean --root\?/s],
  [["plan"], "plan", /it isn't said what to upgrade to.*--app DIR/s],
  [["plan", "0.2.0", "--app", "lib/counter-0.2.0"], "plan", /both a version and --app were given/],
  [["plan", "0.2.0", "0.3.0"], "plan", /too many arguments for 'plan'/],
  [["apply"], "apply", /it isn't said what to upgrade to/],
  [["downgrade", "--plan"], "apply", /option '--plan <file>' argument missing/],
  [["apply", "0.2.0", "--plan", "plan.json"], "apply", /--plan says itself what to upgrade to/],
  [["plan", "0.2.0", "--timeout", "soon"], "plan", /'soon' is invalid. It must be a duration such as 500ms/],
  [["plan", "0.2.0", "--timeout", "0"], "plan", /'0' is invalid. It must be longer than 0/],
  [["apply", "0.2.0", "--soak", "169h"], "apply", /'169h' is invalid. It must not be longer than a week/],
  [
    ["apply", "0.2.0", "--allow", "nothing"],
    "apply",
    /There is no finding nothing to allow; there are callback-not-declared/,
  ],
  [["tree", "--log-level", "loud"], "tree", /'loud' is invalid. Allowed choices are trace, debug/],
  [["tree", "--cookie", "x"], "tree", /'--cookie <value>' concerns a real node; name it with --node/],
  [["tree", "--tls-ca", "ca.pem"], "tree", /'--tls-ca <file>' concerns a real node/],
  [["tree", "--node", "a@b", "--root", "."], "tree", /'--root <dir>' cannot be used with option '-n, --node/],
  [["tree", "--node", "a@b", "--boot", "1"], "tree", /'--boot <vsn>' cannot be used with option '-n, --node/],
];

describe("a wrong command line", () => {
  it.each(WRONG)("%j exits with 1, in words", async (args, _command, said) => {
    const { code, out, err } = await runMain(args);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(said);
  });

  it.each(WRONG)("%j is one JSON document with --json", async (args, command, said) => {
    // First, so that no option takes it for its value.
    const [name = "", ...rest] = args;
    const { code, stdout, stderr } = await relupctl([name, "--json", ...rest]);
    expect(code).toBe(1);
    expect(stderr).not.toMatch(/^\s+at /m);
    const { error } = oneDocument(stdout, failureDocument(command));
    expect(error.code).toBe("usage");
    expect(`${error.summary}. ${error.hint}`).toMatch(said);
  });

  it("is no document where --json is an argument", async () => {
    const { code, out } = await runMain(["plan", "1", "--", "--json"]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
  });
});

describe("files that can't be written", () => {
  it("keep a command from starting: a log", async () => {
    using folder = new TemporaryFolder();
    const args = ["plan", "0.2.0", "--root", COUNTER, "--log-file", folder.at("missing/log")];
    const { code, stdout, stderr } = await relupctl(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/the log file .*missing\/log can't be opened.*ENOENT.*What to do: Name a file/s);
    const { document } = await relupctlJson(args, failureDocument("plan"));
    expect(document.error.code).toBe("log-not-opened");
  });

  it("fail it: a plan", async () => {
    using folder = new TemporaryFolder();
    const args = ["plan", "0.2.0", "--root", COUNTER, "--out", folder.at("missing/plan.json")];
    const { code, stdout, stderr } = await relupctl(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/missing\/plan.json can't be written.*ENOENT/s);
    const { document } = await relupctlJson(args, failureDocument("plan"));
    expect(document.error.code).toBe("file-not-written");
  });
});
