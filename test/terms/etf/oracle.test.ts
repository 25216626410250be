import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeTerm } from "../../../src/terms/etf/decode.js";
import { encodeTerm } from "../../../src/terms/etf/encode.js";
import { ErlMap, List, Port, Tuple, type Term } from "../../../src/terms/term.js";
import { describeErlang, useOracle } from "../../support/erlang.js";
import { anyTerm, canonical, runs } from "./arbitrary.js";
import { each } from "./batch.js";

const manyTerms = fc.array(anyTerm, { minLength: 1, maxLength: 200, size: "max" });

describeErlang("generated terms", () => {
  // Atoms are never freed: many runs of generated ones need a larger table.
  const oracle = useOracle(["+t", "20000000"]);

  for (const minorVersion of [1, 2] as const) {
    it(`are encoded as term_to_binary/2 does, minor version ${minorVersion}`, async () => {
      const again = `fun(Bytes) -> term_to_binary(binary_to_term(Bytes), [{minor_version, ${minorVersion}}]) end`;
      // Since OTP 26 all ports are written in the form for large ids, which nodes before OTP 24 don't read.
      const isNew = (await oracle.otpRelease()) >= 26;
      let compared = 0;
      await fc.assert(
        fc.asyncProperty(manyTerms, async (terms) => {
          const ours = terms.map((term) => encodeTerm(term, { minorVersion }));
          const theirs = await each(oracle, again, ours);
          terms.forEach((term, index) => {
            const bytes = theirs[index]!;
            expect(canonical(decodeTerm(bytes))).toBe(canonical(term));
            if (holds(term, isWrittenInAnyOrder) || (isNew && holds(term, isSmallPort))) return;
            expect(bytes).toEqual(Buffer.from(ours[index]!));
            compared++;
          });
        }),
        { numRuns: runs(50) },
      );
      expect(compared).toBeGreaterThan(1000);
    });
  }

  it("are read when compressed", async () => {
    const compress = "fun(Bytes) -> term_to_binary(binary_to_term(Bytes), [{compressed, 9}]) end";
    await fc.assert(
      fc.asyncProperty(manyTerms, async (terms) => {
        // A list of a term many times is worth compressing: term_to_binary/2 leaves what would not get smaller.
        const repeated = terms.map((term) => new List(Array.from({ length: 30 }, () => term)));
        const theirs = await each(
          oracle,
          compress,
          repeated.map((term) => encodeTerm(term)),
        );
        expect(theirs.filter((bytes) => bytes[1] === 80).length).toBeGreaterThan(0);
        repeated.forEach((term, index) => {
          expect(canonical(decodeTerm(theirs[index]!))).toBe(canonical(term));
        });
      }),
      { numRuns: runs(10) },
    );
  });
});

const isWrittenInAnyOrder = (term: Term): boolean => term instanceof ErlMap && term.entries.length > 1;
const isSmallPort = (term: Term): boolean => term instanceof Port && term.id < 2n ** 28n;

function holds(term: Term, is: (term: Term) => boolean): boolean {
  const inside = (each: Term): boolean => holds(each, is);
  if (is(term)) return true;
  if (term instanceof ErlMap) return term.entries.some((entry) => entry.some(inside));
  if (term instanceof Tuple) return term.elements.some(inside);
  return term instanceof List && (term.elements.some(inside) || (term.tail !== undefined && inside(term.tail)));
}
