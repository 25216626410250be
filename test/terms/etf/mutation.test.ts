import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeTerm, EtfError } from "../../../src/terms/etf/decode.js";
import { encodeTerm } from "../../../src/terms/etf/encode.js";
import { tuple, type Term } from "../../../src/terms/term.js";
import { describeErlang, useOracle } from "../../support/erlang.js";
import { anyTerm, canonical, runs } from "./arbitrary.js";
import { each } from "./batch.js";
import { FORMS } from "./forms.js";

const TAGS = [70, 77, 80, 82, 88, 89, 90, 97, 98, 99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111, 112];
const MORE_TAGS = [113, 114, 115, 116, 117, 118, 119, 120, 121, 131];
const anyByte = fc.oneof(
  fc.constantFrom(...TAGS, ...MORE_TAGS),
  fc.constantFrom(0, 1, 2, 3, 4, 255),
  fc.integer({ min: 0, max: 255 }),
);

type Edit = (bytes: number[]) => void;
const place = fc.nat({ max: 0xffff });
const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(place, anyByte).map(([at, byte]) => (bytes: number[]) => {
    bytes[at % bytes.length] = byte;
  }),
  fc.tuple(place, anyByte).map(([at, byte]) => (bytes: number[]) => {
    bytes.splice(at % bytes.length, 0, byte);
  }),
  fc.tuple(place, fc.integer({ min: 1, max: 4 })).map(([at, count]) => (bytes: number[]) => {
    if (bytes.length > count) bytes.splice(at % bytes.length, count);
  }),
);

const edits = fc.array(anyEdit, { minLength: 1, maxLength: 3 });

/** The bytes with some of them changed, put in or taken away. The first stays: it only says that a term follows. */
function spoil(bytes: Uint8Array, changes: readonly Edit[]): Uint8Array {
  const spoiled = Array.from(bytes.subarray(1));
  for (const change of changes) change(spoiled);
  return Uint8Array.from([131, ...spoiled]);
}

const anyEncoded = fc.oneof(
  {
    weight: 2,
    arbitrary: fc
      .tuple(anyTerm, fc.constantFrom(1 as const, 2 as const))
      .map(([term, minorVersion]) => encodeTerm(tuple(term, term), { minorVersion })),
  },
  { weight: 1, arbitrary: fc.constantFrom(...FORMS).map(([, bytes]) => Uint8Array.from([131, ...bytes])) },
);
const spoiled = fc.tuple(anyEncoded, edits).map(([bytes, changes]) => spoil(bytes, changes));

function read(bytes: Uint8Array): { term: Term } | { refused: EtfError } {
  try {
    return { term: decodeTerm(bytes) };
  } catch (error) {
    if (error instanceof EtfError) return { refused: error };
    throw error;
  }
}

/** A BIT_BINARY_EXT of no bytes, which OTP 27 refuses, somewhere in a term in hexadecimal. */
const noBits = /4d00000000/;

describeErlang("spoiled bytes", () => {
  // Atoms are never freed: many runs of generated ones need a larger table.
  const oracle = useOracle(["+t", "20000000"]);

  // The value and how many bytes it took; nothing may follow a term here, and there `used` tells.
  const again = `fun(Bytes) ->
    {Term, Used} = binary_to_term(Bytes, [used]),
    true = Used =:= byte_size(Bytes),
    term_to_binary(Term)
  end`;

  it("are read as binary_to_term/1 does, or refused as there", async () => {
    const refusesNoBits = (await oracle.otpRelease()) >= 27;
    await fc.assert(
      fc.asyncProperty(fc.array(spoiled, { minLength: 1, maxLength: 200, size: "max" }), async (inputs) => {
        const theirs = await each(oracle, again, inputs);
        inputs.forEach((input, index) => {
          const ours = read(input);
          const bytes = theirs[index]!;
          const where = Buffer.from(input).toString("hex");
          if ("refused" in ours) {
            if (!stricter(ours.refused)) expect(bytes.toString("hex"), `${where}: ${ours.refused.message}`).toBe("");
          } else if (!(refusesNoBits && bytes.length === 0 && noBits.test(where))) {
            expect(bytes.length, where).toBeGreaterThan(0);
            expect(canonical(decodeTerm(bytes)), where).toBe(canonical(ours.term));
          }
        });
      }),
      { numRuns: runs(50) },
    );
  });

  it("of funs are taken or refused as there", async () => {
    const source = `B = {<<1:3>>, #{x => 1.5}, fun lists:map/2}, C = fun() -> B end,
      term_to_binary(fun(X, Y) -> {X, Y, C, [C | B]} end).`;
    // Another node's name of the same length: of its own identifiers the node knows which exist.
    const fun = Buffer.from((await oracle.run(source)).toString("latin1").replaceAll("nohost", "others"), "latin1");
    await fc.assert(
      fc.asyncProperty(fc.array(edits, { minLength: 1, maxLength: 200, size: "max" }), async (changes) => {
        const inputs = changes.map((change) => spoil(fun, change));
        const theirs = await each(oracle, again, inputs);
        inputs.forEach((input, index) => {
          const ours = read(input);
          if ("refused" in ours && stricter(ours.refused)) return;
          const message = "refused" in ours ? ours.refused.message : "accepted";
          expect(theirs[index]!.length === 0, `${Buffer.from(input).toString("hex")}: ${message}`).toBe(
            "refused" in ours,
          );
        });
      }),
      { numRuns: runs(30) },
    );
  });
});

const STRICTER = [
  /an arity of 0 to 255/,
  /a reference of 1 to 5 words/,
  // Integers in a fun's head that take more bytes than OTP gives them, and a size that isn't the fun's.
  /as an integer of 32 bits, found tag 110/,
  /the size of the fun/,
  /the pid of a fun/,
  // Numbers in the node's own table of atoms.
  /(found|tag) 7[35]$/,
];

/** What is refused here and let through there: OTP itself never sends it. */
function stricter(error: EtfError): boolean {
  return STRICTER.some((message) => message.test(error.message));
}
