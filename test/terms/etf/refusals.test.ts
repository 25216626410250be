import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeTerm, decodeTermAt, EtfError } from "../../../src/terms/etf/decode.js";
import { encodeTerm } from "../../../src/terms/etf/encode.js";
import { list, tuple } from "../../../src/terms/term.js";
import { anyTerm, runs } from "./arbitrary.js";

const text = (bytes: readonly number[]): string => String.fromCharCode(...bytes);
const node = [119, 1, 110];
const word = [0, 0, 0, 1];

const REFUSED: readonly (readonly [string, readonly number[], RegExp])[] = [
  ["no bytes", [], /byte 0: expected the version byte 131, found the end/],
  ["another version", [130, 97, 1], /expected the version byte 131, found 130/],
  ["a version byte alone", [131], /byte 1: expected a term, found the end/],
  ["a tag that is none", [131, 1], /byte 1: expected the tag of a term, found 1/],
  ["a version byte in a term", [131, 104, 1, 131, 97, 1], /byte 3: expected the tag of a term, found 131/],
  ["more after the term", [131, 106, 0], /byte 2: expected the end of the term, found 1 more bytes/],
  ["a compressed term inside a term", [131, 104, 1, 80, 0, 0, 0, 1, 0], /byte 3: expected the tag of a term, found 80/],
  ["LOCAL_EXT", [131, 121, 0, 0, 0, 0, 97, 1], /expected a term that other nodes can read, found LOCAL_EXT/],
  ["an atom of the distribution's cache", [131, 82, 0], /expected a term without the atom cache/],
  ["FUN_EXT", [131, 117, 0, 0, 0, 0], /FUN_EXT/],
  ["half an integer", [131, 98, 0, 0], /byte 2: expected an integer of 4 bytes, found 2 left/],
  [
    "a tuple that is longer than the bytes",
    [131, 105, 255, 255, 255, 255, 106],
    /expected 4294967295 more terms, found 1 bytes/,
  ],
  ["a list that is longer than the bytes", [131, 108, 255, 255, 255, 255, 106, 106], /4294967295 more terms/],
  ["a map that is longer than the bytes", [131, 116, 255, 255, 255, 255, 106, 106], /8589934590 more terms/],
  [
    "a binary that is longer than the bytes",
    [131, 109, 255, 255, 255, 255, 1],
    /a binary of 4294967295 bytes, found 1 left/,
  ],
  [
    "a bit string that is longer than the bytes",
    [131, 77, 255, 255, 255, 255, 1, 0],
    /a bit string of 4294967295 bytes/,
  ],
  ["a big integer that is longer than the bytes", [131, 111, 0, 255, 255, 255, 0, 1], /an integer of 16777215 bytes/],
  ["an integer that is too big", [131, 111, 255, 255, 255, 255, 0, 1], /an integer of at most 67108864 bytes/],
  ["a string that is longer than the bytes", [131, 107, 255, 255, 1], /a string of 65535 bytes, found 1 left/],
  ["an atom that is longer than the bytes", [131, 118, 255, 255, 97], /an atom of 65535 bytes, found 1 left/],
  [
    "tuples that together are longer",
    [131, 104, 3, 104, 3, 106, 106, 106, 106],
    /byte 5: expected 5 more terms, found 4 bytes/,
  ],
  ["NaN", [131, 70, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0], /a finite float, found NaN/],
  ["infinity", [131, 70, 0xff, 0xf0, 0, 0, 0, 0, 0, 0], /a finite float, found -Infinity/],
  [
    "a float as another text",
    [131, 99, ...Buffer.from("Infinity".padEnd(31, "\0"))],
    /a float as text, found "Infinity"/,
  ],
  ["a float as text that is too large", [131, 99, ...Buffer.from("1.0e999".padEnd(31, "\0"))], /a float as text/],
  ["an atom that is not UTF-8", [131, 119, 1, 233], /byte 3: expected an atom in UTF-8/],
  ["half a surrogate pair in an atom", [131, 119, 3, 0xed, 0xa0, 0x80], /an atom in UTF-8/],
  [
    "an atom of 256 characters",
    [131, 100, 1, 0, ...new Array<number>(256).fill(97)],
    /at most 255 characters, found 256/,
  ],
  ["no bits in a last byte", [131, 77, 0, 0, 0, 1, 0, 0], /1 to 8 bits/],
  ["9 bits in a last byte", [131, 77, 0, 0, 0, 1, 9, 0], /1 to 8 bits/],
  ["bits without a byte", [131, 77, 0, 0, 0, 0, 3], /1 to 8 bits/],
  ["a pid of no node", [131, 88, 97, 1, ...word, ...word, ...word], /byte 2: expected the node of a pid, found tag 97/],
  ["an old pid with a new creation", [131, 103, ...node, ...word, ...word, 4], /a creation of 2 bits, found 4/],
  ["a reference of no words", [131, 90, 0, 0, ...node, ...word], /a reference of 1 to 5 words, found 0/],
  ["a reference of 6 words", [131, 90, 0, 6, ...node, ...word], /a reference of 1 to 5 words, found 6/],
  ["an old reference with a new word", [131, 101, ...node, 0, 4, 0, 0, 1], /a first word of 18 bits, found 262144/],
  ["an arity of 256", [131, 113, ...node, ...node, 98, 0, 0, 1, 0], /an arity of 0 to 255, found 256/],
  [
    "an arity that is no integer",
    [131, 113, ...node, ...node, 106],
    /the arity of a fun as an integer of 32 bits, found tag 106/,
  ],
  ["an atom twice as a key", [131, 116, 0, 0, 0, 2, ...node, 106, ...node, 106], /the keys of a map, each once/],
  [
    "a binary twice as a key",
    [131, 116, 0, 0, 0, 2, ...[109, 0, 0, 0, 0, 106], ...[109, 0, 0, 0, 0, 106]],
    /each once/,
  ],
  [
    "a list twice as a key, in two forms",
    [131, 116, 0, 0, 0, 2, ...[107, 0, 1, 7, 106], ...[108, 0, 0, 0, 1, 97, 7, 106, 106]],
    /each once/,
  ],
  [
    "a key twice among many",
    [131, 116, 0, 0, 0, 10, ...[...Array.from({ length: 9 }, (_, i) => i), 4].flatMap((i) => [97, i, 106])],
    /each once/,
  ],
];

describe("bytes that are no term", () => {
  it.each(REFUSED)("%s", (_name, bytes, message) => {
    const decode = (): unknown => decodeTerm(Uint8Array.from(bytes));
    expect(decode).toThrow(EtfError);
    expect(decode).toThrow(message);
  });

  it("say where and what", () => {
    try {
      decodeTermAt(Uint8Array.of(0, 0, 104, 2, 97), 2);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: "EtfError", offset: 4, expected: "2 more terms" });
    }
  });
});

describe("compressed bytes that are no term", () => {
  const compressed = (inner: Uint8Array, size: number): Uint8Array =>
    Uint8Array.from([131, 80, size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255, ...deflateSync(inner)]);
  const zeros = encodeTerm(list(tuple(), ...Array.from({ length: 999 }, () => 0)));

  it("are refused when they are fewer than declared", () => {
    expect(() => decodeTerm(compressed(zeros.subarray(1), zeros.length))).toThrow(
      /a zlib stream of \d+ bytes, found one of/,
    );
  });

  it("are refused when they are more than declared", () => {
    expect(() => decodeTerm(compressed(zeros.subarray(1), zeros.length - 2))).toThrow(/found a longer one/);
  });

  it("are refused when they are damaged or cut", () => {
    const whole = compressed(zeros.subarray(1), zeros.length - 1);
    expect(decodeTerm(whole)).toEqual(decodeTerm(zeros));
    expect(() => decodeTerm(whole.subarray(0, -1))).toThrow(/found bytes that are none/);
    whole[whole.length - 1]! ^= 1;
    expect(() => decodeTerm(whole)).toThrow(/found bytes that are none/);
  });

  it("are refused when they hold more than the term", () => {
    expect(() => decodeTerm(compressed(Uint8Array.of(106, 106), 2))).toThrow(/the end of the term, found 1 more bytes/);
  });

  it("are refused unread when they say they are larger than the limit", () => {
    const said = Uint8Array.of(131, 80, 255, 255, 255, 255);
    expect(() => decodeTerm(said)).toThrow(/a compressed term of at most 67108864 bytes, found 4294967295/);
    const whole = compressed(zeros.subarray(1), zeros.length - 1);
    expect(() => decodeTerm(whole, { maxInflatedBytes: zeros.length - 2 })).toThrow(/at most/);
    expect(decodeTerm(whole, { maxInflatedBytes: zeros.length - 1 })).toEqual(decodeTerm(zeros));
  });

  it("are refused when something follows their stream", () => {
    const whole = compressed(zeros.subarray(1), zeros.length - 1);
    expect(() => decodeTerm(Uint8Array.from([...whole, 1, 2]))).toThrow(/the end of the term, found 2 more bytes/);
  });

  it("inflate no further than they say", () => {
    // 64 MB of zeros in 64 kB, that say they are one byte.
    const bomb = compressed(new Uint8Array(1 << 26), 1);
    const before = process.memoryUsage().arrayBuffers;
    expect(() => decodeTerm(bomb)).toThrow(/found a longer one/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 24);
  });
});

describe("any bytes", () => {
  const onlyEtfError = (bytes: Uint8Array): void => {
    try {
      decodeTerm(bytes);
    } catch (error) {
      if (!(error instanceof EtfError)) throw error;
      expect(error.offset).toBeGreaterThanOrEqual(0);
    }
  };

  it("are a term or an EtfError when they are random", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: "max" }), (bytes) => {
        onlyEtfError(Uint8Array.from([131, ...bytes]));
      }),
      { numRuns: runs(5000) },
    );
  });

  it("are an EtfError when a term is cut anywhere", () => {
    fc.assert(
      fc.property(anyTerm, (term) => {
        const bytes = encodeTerm(term);
        const step = Math.ceil(bytes.length / 100);
        for (let length = 0; length < bytes.length; length += step) {
          expect(() => decodeTerm(bytes.subarray(0, length)), text([...bytes.subarray(0, length)])).toThrow(EtfError);
        }
      }),
      { numRuns: runs(300) },
    );
  });
});
