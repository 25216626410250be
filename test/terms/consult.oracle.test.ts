import fc from "fast-check";
import { expect, it } from "vitest";
import { outdatedSyntax } from "../../src/terms/outdated-syntax.js";
import { printTerm } from "../../src/terms/print.js";
import type { List } from "../../src/terms/term.js";
import { describeErlang, useOracle } from "../support/erlang.js";
import { ERLANG_FLAGS, limits, PATIENCE } from "./arbitrary.js";
import { consultHere, useConsult } from "./consult.js";
import { canonical } from "./etf/arbitrary.js";
import { binaryText, fileText, mutated, newStringText, numberText, termText, tokenSoup } from "./source-arbitrary.js";

/** So many texts on average go to the oracle at once. */
const BATCH = 125;

const show = (terms: List | undefined): string => (terms === undefined ? "refused" : printTerm(terms));

/** A byte order mark is the one thing that is read here and refused there. */
const withoutMark = (text: string): boolean => !text.startsWith("\ufeff");

/** What is read here as OTP 27 does, and is something else to older ones, or no term. */
const newForms = /~|"""|\\\^\?|-[^]*0\.0/;

/** A float with a base, which OTP reads since 28. */
const basedFloat = /\d#\w+\.\w/;

describeErlang("generated source texts", () => {
  const oracle = useOracle(ERLANG_FLAGS);
  const consult = useConsult(oracle);

  const kinds: readonly [string, fc.Arbitrary<string>, count: number][] = [
    ["terms", termText, 2000],
    ["numbers", numberText.map((text) => `${text}.\n`), 2000],
    ["bit strings", binaryText, 2500],
    ["files", fileText, 1000],
    ["files with faults", mutated(fileText), 1000],
    ["terms with faults", mutated(termText), 2000],
    ["tokens in any order", tokenSoup, 2500],
    ["triple-quoted strings and sigils", newStringText, 2000],
    ["those with faults", mutated(newStringText), 2000],
  ];
  const isNewer = new Set(["triple-quoted strings and sigils", "those with faults"]);
  for (const [name, arbitrary, count] of kinds) {
    it(`are read, or refused, as file:consult/1 does: ${name}`, PATIENCE, async () => {
      const isNew = (await oracle.otpRelease()) >= 27;
      const sizes = { accepted: 0, refused: 0, otherwise: 0 };
      await fc.assert(
        fc.asyncProperty(
          fc.array(arbitrary.filter(withoutMark), { minLength: 1, maxLength: 2 * BATCH, size: "max" }),
          async (texts) => {
            const bytes = texts.map((text) => Buffer.from(text));
            const theirs = await consult(bytes);
            texts.forEach((text, index) => {
              const expected = theirs[index];
              const ours = consultHere(bytes[index]!);
              const context = `${JSON.stringify(text)} gives ${show(ours)}, in Erlang ${show(expected)}`;
              const isSame =
                ours === undefined || expected === undefined
                  ? ours === expected
                  : canonical(ours) === canonical(expected);
              // What OTP 27 takes is read as OTP 27 does; what only older ones take is warned of.
              const isOld = isNew && ours !== undefined && outdatedSyntax(text, "x").length > 0;
              const isNewFloat = ours === undefined && expected !== undefined && basedFloat.test(text);
              if (isNewFloat || (isOld ? expected === undefined : !isNew && !isSame && newForms.test(text))) {
                sizes.otherwise++;
                return;
              }
              expect(isSame && !isOld, context).toBe(true);
              sizes[expected === undefined ? "refused" : "accepted"]++;
            });
          },
        ),
        limits(count / BATCH),
      );
      if (process.env["RELUPCTL_ORACLE_COUNTS"] !== undefined) console.log(name, sizes);
      if (!isNew && isNewer.has(name)) return;
      // A generator that only makes texts of one sort proves little.
      expect(Math.min(sizes.accepted, sizes.refused)).toBeGreaterThan((sizes.accepted + sizes.refused) / 100);
    });
  }
});
