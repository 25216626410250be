import { expect, it } from "vitest";
import { decodeTerm, decodeTermAt, EtfError } from "../../../src/terms/etf/decode.js";
import { encodeTerm } from "../../../src/terms/etf/encode.js";
import { atom, binary, list, List, string, tuple, type Term } from "../../../src/terms/term.js";

it("gives the term and where the next one starts", () => {
  const bytes = Uint8Array.from([0, 97, 7, 106, 255]);
  expect(decodeTermAt(bytes, 1)).toEqual({ term: 7, next: 3 });
  expect(decodeTermAt(bytes, 3)).toEqual({ term: list(), next: 4 });
});

it("refuses what follows a whole term", () => {
  expect(() => decodeTerm(Uint8Array.from([131, 97, 7, 0]))).toThrow(EtfError);
});

it("gives back what was encoded", () => {
  const terms: Term[] = [
    0,
    -1,
    2 ** 40,
    -(1n << 70n),
    atom("a"),
    atom("é"),
    atom("𝄞ł"),
    tuple(),
    tuple(1, list(2, atom("x"))),
    string("abc"),
    new List([1, 2], 3),
    binary("abc"),
  ];
  for (const term of terms) expect(decodeTerm(encodeTerm(term))).toEqual(term);
});
