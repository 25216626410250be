import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeTerm } from "../../../src/terms/etf/decode.js";
import { encodeTerm } from "../../../src/terms/etf/encode.js";
import { ErlMap, List, Tuple, type Term } from "../../../src/terms/term.js";
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
      await fc.assert(
        fc.asyncProperty(manyTerms, async (terms) => {
          const ours = terms.map((term) => encodeTerm(term, { minorVersion }));
          const theirs = await each(oracle, again, ours);
          terms.forEach((term, index) => {
            const bytes = theirs[index]!;
            expect(canonical(decodeTerm(bytes))).toBe(canonical(term));
            if (!holdsMap(term)) expect(bytes).toEqual(Buffer.from(ours[index]!));
          });
        }),
        { numRuns: runs(50) },
      );
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

function holdsMap(term: Term): boolean {
  if (term instanceof ErlMap) return term.entries.length > 1 || term.entries.some((entry) => entry.some(holdsMap));
  if (term instanceof Tuple) return term.elements.some(holdsMap);
  return term instanceof List && (term.elements.some(holdsMap) || (term.tail !== undefined && holdsMap(term.tail)));
}
