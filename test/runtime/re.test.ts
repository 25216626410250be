import fc from "fast-check";
import { expect, it } from "vitest";
import { describeErlang, useOracle } from "../support/erlang.js";
import { bootTest } from "./support/boot.js";
import { onBoth } from "./support/oracle.js";

/** Patterns that mean the same to both, and texts in which they are found now and then. */
const pattern = fc.constantFrom(
  "a",
  "(a)(b)?",
  "^a",
  "b$",
  "(a)|(b)",
  "^(a+)$|x(b)",
  "a*?b",
  "[^ab\\n]+",
  "(?:a|b)(c)",
);
const subject = fc.array(fc.constantFrom("a", "b", "c", "x", "\\n"), { maxLength: 12 }).map((parts) => parts.join(""));
const options = fc
  .record({ names: fc.subarray(["global"]), what: fc.constantFrom("all", "all_but_first") })
  .map(({ names, what }) => `[${[...names, "multiline", `{capture, ${what}, binary}`].join(", ")}]`);

const run = fc
  .tuple(subject, pattern, options)
  .map(([text, sought, given]) => `re:run(<<"${text}">>, <<"${sought}">>, ${given})`);

const RUNS = Number(process.env["RELUPCTL_RE_RUNS"] ?? 1_000);

describeErlang("re:run/3", () => {
  const oracle = useOracle();

  it("finds what OTP finds", async () => {
    await using test = await bootTest([]);
    const expressions = [...new Set(fc.sample(run, RUNS))];
    const { ours, theirs } = await onBoth(oracle.run, test.node, expressions);
    expect(ours).toEqual(theirs);
    expect(ours.filter((line) => line.includes("{match")).length).toBeGreaterThan(expressions.length / 10);
  });

  it("refuses what is no text, no pattern or an option that it doesn't have", async () => {
    await using test = await bootTest([]);
    const { ours, theirs } = await onBoth(oracle.run, test.node, [
      're:run(a, <<"a">>, [multiline, {capture, all, binary}])',
      're:run(<<"a">>, 1, [multiline, {capture, all, binary}])',
      're:run(<<"a">>, <<"a">>, [nonsense, multiline, {capture, all, binary}])',
    ]);
    expect(ours).toEqual(theirs);
  });
});
