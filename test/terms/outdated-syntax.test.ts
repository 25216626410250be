import { describe, expect, it } from "vitest";
import { outdatedSyntax } from "../../src/terms/outdated-syntax.js";
import { parseForms } from "../../src/terms/parse.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { useConsult } from "./consult.js";

/** A text, and the columns at which OTP 27 minds it. */
const cases: readonly (readonly [text: string, columns: readonly number[]])[] = [
  ["{maybe,else,'maybe','else',maybe_not,\"else\"}.", [2, 8]],
  ["fun maybe:f/1.", [5]],
  ['["a""b","c" "d"].', [5]],
  ['"""a""".', [3, 6]],
  ["[\"\", '', 'a\"\"'].", []],
  ['"\\^é".', [1]],
  ["[$\\^1, $\\^?, $\\^a, $\\\\, '\\^['].", [2]],
  ['"\\\\^é".', []],
  ['"\\\\\\^é".', [1]],
  ['~S"maybe \\^é".', []],
  ['"""\n\\^é maybe\n""".', []],
  ['% maybe \\^é ""\na.', []],
];

const columnsOf = (text: string): readonly (number | undefined)[] =>
  outdatedSyntax(text, "x").map(({ span }) => span?.start.column);

describe("outdated syntax", () => {
  it.each(cases)("of %j is found", (text, columns) => {
    expect(parseForms(text, "x").length).toBe(1);
    expect(columnsOf(text)).toEqual(columns);
    for (const { code, severity } of outdatedSyntax(text, "x"))
      expect([code, severity]).toEqual(["outdated-syntax", "warning"]);
  });
});

describeErlang("outdated syntax", () => {
  const oracle = useOracle();
  const consult = useConsult(oracle);

  it("is what OTP 27 refuses, and older ones don't", async () => {
    const isNew = (await oracle.otpRelease()) >= 27;
    // What older ones refuse is another matter.
    const common = cases.filter(([text]) => isNew || !text.startsWith("~"));
    const theirs = await consult(common.map(([text]) => Buffer.from(text)));
    for (const [index, [text, columns]] of common.entries()) {
      expect(theirs[index] === undefined, text).toBe(isNew && columns.length > 0);
    }
  });
});
