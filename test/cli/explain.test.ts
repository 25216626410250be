import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findCode, nearestCodes } from "../../src/cli/explain/find-code.js";
import { explainedCodes, explanationOf, readExplanation } from "../../src/cli/explain/texts.js";
import { readingCodes } from "../../src/release/check/codes.js";
import { rules } from "../../src/release/rules/index.js";
import { ALLOWABLE_FINDINGS, DOCTOR_FINDINGS } from "../../src/upgrade/finding.js";
import { translationRule } from "../../src/upgrade/translation-rule.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { relupctl, REPOSITORY } from "./support/run.js";

const findings = [...ALLOWABLE_FINDINGS, ...DOCTOR_FINDINGS, "no-upgrade-path", "stale-plan"];

/** The codes that stand in the source as such. */
function codesInSource(): string[] {
  const directory = join(REPOSITORY, "src");
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  return files.flatMap((name) => {
    const text = readFileSync(join(directory, name), "utf8");
    const found = [
      ...text.matchAll(
        /\bcode: "([a-z][a-z0-9-]+)"|\b(?:error|problem|refused|warning|tarError)\(\s*"([a-z0-9]+(?:-[a-z0-9]+)+)"/g,
      ),
    ];
    const union = /DistributionCode =([^;]*);/.exec(text)?.[1] ?? "";
    return [
      ...found.map(([, code, other]) => code ?? other!),
      ...[...union.matchAll(/"([a-z-]+)"/g)].map(([, code]) => code!),
    ];
  });
}

/** Words with a hyphen that stand in the source and are no codes: of options, of differences between plans, of coverage. */
const NO_CODES: ReadonlySet<string> = new Set([
  ...["draft-7", "utf-8", "include-missed", "keep-state", "object-code", "old-object-code", "otp-release"],
  ...["code-only", "declared-though-other", "named-only", "own-code", "top-supervisor"],
]);

/** Every word with a hyphen that stands in the source as a string of its own: any of them may be a code, however it is used. */
function hyphenatedInSource(): string[] {
  const directory = join(REPOSITORY, "src");
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const words = files.flatMap((name) => [
    ...readFileSync(join(directory, name), "utf8").matchAll(/"([a-z][a-z0-9]*(?:-[a-z0-9]+)+)"/g),
  ]);
  return words.map(([, word]) => word!).filter((word) => !NO_CODES.has(word));
}

/** `custom` is zod's word for an issue. */
const printed = new Set(
  [
    ...findings,
    ...readingCodes.map(({ code }) => code),
    ...[...rules, translationRule].flatMap(({ codes }) => codes.map(({ code }) => code)),
    ...codesInSource(),
    ...hyphenatedInSource(),
  ].filter((code) => code !== "custom"),
);

describe("the texts of explain", () => {
  const explained = explainedCodes();

  it("are there for every code that can be printed: write docs/explain/CODE.md for a new one", () => {
    expect([...printed].filter((code) => !explained.includes(code))).toEqual([]);
  });

  it("of findings are those of findings that there are", () => {
    const texts = explained.map(explanationOf).filter(({ kind }) => kind === "finding");
    expect(texts.map(({ code }) => code)).toEqual(findings.filter((code) => code !== "stale-plan").toSorted());
  });

  it.each([
    "",
    "# other\n\nA problem that relupctl reports.\n\na\n\n## What to do\n\nb\n",
    "# c\n\nA text.\n\na\n\n## What to do\n\nb\n",
  ])("are refused in another form: %j", (text) => {
    expect(() => readExplanation("c", text)).toThrow("docs/explain/c.md");
  });
});

/**
 * The names of reasons in the abstract code of sasl, for the sources aren't installed everywhere: those in `{error, Reason}`
 * of its release handler, and those that systools has a text for. `undefined` is no reason by itself.
 */
const REASONS = `
  Forms = fun(Module) ->
    {ok, {_, [{abstract_code, {_, Code}}]}} = beam_lib:chunks(code:which(Module), [abstract_code]), Code end,
  Name = fun Name({atom, _, Reason}) -> [Reason];
    Name({tuple, _, [First | _]}) -> Name(First);
    Name(_) -> [] end,
  Errors = fun Errors({tuple, _, [{atom, _, error}, Reason]}) -> Name(Reason) ++ Errors(Reason);
    Errors(Node) when is_tuple(Node) -> Errors(tuple_to_list(Node));
    Errors([First | Rest]) -> Errors(First) ++ Errors(Rest);
    Errors(_) -> [] end,
  Formatters = [format_error, form_err, form_warn, format_warning],
  Formatted = [Name(lists:last(Arguments)) || Module <- [systools_make, systools_rc, systools_relup],
    {function, _, Function, _, Clauses} <- Forms(Module), lists:member(Function, Formatters),
    {clause, _, Arguments, _, _} <- Clauses],
  Found = lists:append([Errors(Forms(Module)) || Module <- [release_handler, release_handler_1]] ++ Formatted),
  lists:join("\\n", [atom_to_list(Reason) || Reason <- lists:usort(Found), Reason =/= undefined]).
`;

describeErlang("the texts of explain for OTP's reasons", () => {
  const oracle = useOracle();

  it("are there for what release_handler and systools say", async () => {
    const reasons = (await oracle.run(REASONS)).toString().split("\n");
    expect(reasons.length).toBeGreaterThan(60);
    const explained = explainedCodes();
    // One reason is a sentence: 'heart:set_cmd() error'.
    expect(reasons.filter((reason) => /^\w+$/.test(reason) && !explained.includes(reason))).toEqual([]);
  });
});

describe("explain", () => {
  it("prints a text, and the same as JSON", async () => {
    const { code, stdout } = await relupctl(["explain", "callback-not-declared"]);
    expect(code).toBe(0);
    expect(stdout).toContain("What to do: Write the callback module");
    const json = JSON.parse((await relupctl(["explain", "old-processes", "--json"])).stdout) as object;
    expect(json).toMatchObject({ schema: "relupctl/explain@1", ok: true, code: "old_processes", kind: "reason" });
  });

  it("lists all codes without one", async () => {
    const { stdout } = await relupctl(["explain"]);
    expect(stdout.split("\n").every((line) => line.length <= 80)).toBe(true);
    const json = JSON.parse((await relupctl(["explain", "--json"])).stdout) as { codes: object[] };
    expect(json.codes).toHaveLength(explainedCodes().length);
    for (const code of explainedCodes()) expect(stdout).toContain(`  ${code} `);
  });

  it("suggests the nearest code for one that there isn't", async () => {
    const { code, stdout, stderr } = await relupctl(["explain", "calback-not-declared"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("Did you mean callback-not-declared?");
    const json = JSON.parse((await relupctl(["explain", "qqqq", "--json"])).stdout) as { error: object };
    expect(json.error).toMatchObject({ code: "unknown-code", hint: "relupctl explain lists all there are." });
  });

  it.each([
    ["{error,{old_processes,[my_server]}}", "old_processes"],
    ["{'EXIT', {{code_change_failed,<0.1.0>,m,1,undef},[]}}", "code_change_failed"],
    ["callback_not_declared", "callback-not-declared"],
    ["nothing of it", undefined],
  ])("finds the code in %s", (given, code) => {
    expect(findCode(given, ["old_processes", "code_change_failed", "callback-not-declared", "undef"])).toBe(code);
  });

  it("takes a code for near by its spelling, or where it is a part", () => {
    const codes = ["sticky-module", "sticky_directory", "hidden-subtree", "undef"];
    expect(nearestCodes("hiden-subtre", codes)).toEqual(["hidden-subtree"]);
    expect(nearestCodes("sticky", codes).sort()).toEqual(["sticky-module", "sticky_directory"]);
    expect(nearestCodes("zzz", codes)).toEqual([]);
  });
});
