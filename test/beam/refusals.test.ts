import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BeamError, readAbstractCode, readBeam } from "../../src/beam/beam.js";
import { gunzip } from "../../src/beam/gunzip.js";
import { encodeTerm } from "../../src/terms/etf/encode.js";
import { atom, list, List, tuple, type Term } from "../../src/terms/term.js";
import { runs } from "../terms/etf/arbitrary.js";
import { buildBeam, withChunk } from "./files.js";

const counter = new Uint8Array(readFileSync(new URL("../../fixtures/beam/counter.beam", import.meta.url)));
const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, "latin1"));
const without = (name: string): Uint8Array => withChunk(counter, name, () => undefined);
const withTerm = (name: string, term: Term): Uint8Array => withChunk(counter, name, () => encodeTerm(term));
const patched = (name: string, at: number, ...values: number[]): Uint8Array =>
  withChunk(counter, name, (data) => {
    const changed = Uint8Array.from(data);
    changed.set(values, at);
    return changed;
  });

describe("bytes that are no BEAM file", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(), /^byte 0: expected the 12 bytes that a BEAM file starts with, found 0$/],
    ["a text", text("-module(counter)."), /expected "FOR1", found "-mod"/],
    ["another form", text("FOR1\0\0\0\x04AIFF"), /byte 8: expected "BEAM", found "AIFF"/],
    ["half of a file", counter.subarray(0, 1000), /byte 4: expected a file of \d+ bytes, found one of 1000/],
    ["half of a chunk's head", text("FOR1\0\0\0\x08BEAMAtU8"), /byte 12: expected the head of a chunk, found 4 bytes/],
    [
      "half of a chunk",
      text("FOR1\0\0\0\x0eBEAMAtU8\0\0\0\x03ab"),
      /chunk "AtU8", byte 16: expected 3 bytes of data, found 2/,
    ],
    ["damaged gzip data", gzipSync(counter).fill(0, 100, 200), /gzip data, found damaged ones/],
    ["cut gzip data", gzipSync(counter).subarray(0, 500), /gzip data, found damaged ones/],
    ["no atoms", without("AtU8"), /a chunk "AtU8" or "Atom", found none/],
    ["no code", without("Code"), /a chunk "Code", found none/],
    ["no strings", without("StrT"), /a chunk "StrT", found none/],
    ["no exports", without("ExpT"), /a chunk "ExpT", found none/],
    ["no imports", without("ImpT"), /a chunk "ImpT", found none/],
    [
      "fewer exports than said",
      patched("ExpT", 0, 0, 0, 0, 200),
      /chunk "ExpT", byte \d+: expected 2404 bytes for 200/,
    ],
    ["billions of exports", patched("ExpT", 0, 255, 255, 255, 255), /bytes for 4294967295 functions/],
    ["an export without a name", patched("ExpT", 4, 0, 0, 0, 0), /the number of an atom, 1 to \d+, found 0/],
    ["an export of a name that is not there", patched("ExpT", 4, 0, 0, 99, 0), /the number of an atom.*found 25344/],
    ["an export of arity 256", patched("ExpT", 8, 0, 0, 1, 0), /an arity of 0 to 255, found 256/],
    [
      "an import of no module",
      patched("ImpT", 4, 0, 0, 0, 0),
      /chunk "ImpT", byte \d+: expected the number of an atom/,
    ],
    [
      "attributes that are no term",
      withChunk(counter, "Attr", () => text("Attr")),
      /chunk "Attr".*the version byte 131/,
    ],
    ["attributes that are no list", withTerm("Attr", tuple()), /chunk "Attr", byte \d+: expected a list of pairs/],
    ["an attribute that is no pair", withTerm("Attr", list(tuple(atom("vsn")))), /a list of pairs/],
    ["an attribute of no name", withTerm("Attr", list(tuple(1, list()))), /pairs that start with an atom/],
    ["an attribute of no list", withTerm("Attr", list(tuple(atom("vsn"), 1))), /a list of values for each attribute/],
    ["an improper list of values", withTerm("Attr", list(tuple(atom("vsn"), new List([1], 2)))), /a list of values/],
    ["compile information that is no list", withTerm("CInf", atom("none")), /chunk "CInf".*expected a list of pairs/],
    [
      "debug information that is no term",
      withChunk(counter, "Dbgi", () => text("Dbgi")),
      /chunk "Dbgi".*version byte 131/,
    ],
    [
      "debug information that is cut",
      withChunk(counter, "Dbgi", () => Uint8Array.of(131, 104, 3, 100)),
      /chunk "Dbgi"/,
    ],
    [
      "debug information that is not zlib",
      patched("Dbgi", 6, 1, 2, 3, 4),
      /chunk "Dbgi", byte \d+: expected a zlib stream/,
    ],
  ])("%s", (_name, bytes, message) => {
    expect(() => readBeam(bytes)).toThrow(BeamError);
    expect(() => readBeam(bytes)).toThrow(message);
  });

  it("say where and in which chunk", () => {
    const bytes = buildBeam([["AtU8", Uint8Array.of(0, 0, 0, 1, 3, 97)]]);
    try {
      readBeam(bytes);
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: "BeamError", chunk: "AtU8", offset: 24, expected: "an atom of 3 bytes" });
    }
  });

  it("abstract code that is damaged is refused when it is asked for", () => {
    const cut = withChunk(counter, "Dbgi", (data) => data.subarray(0, -20));
    expect(readBeam(cut).hasDebugInfo).toBe(true);
    expect(() => readAbstractCode(cut)).toThrow(/chunk "Dbgi".*expected a zlib stream/);
  });

  it("that unpack to more than is allowed are refused", () => {
    const bomb = gzipSync(Buffer.alloc(1 << 20));
    expect(() => gunzip(bomb, 1 << 16)).toThrow(/at most 65536 bytes, unpacked, found more/);
    expect(gunzip(bomb, 1 << 20).length).toBe(1 << 20);
  });
});

describe("any bytes", () => {
  const onlyBeamError = (bytes: Uint8Array): void => {
    for (const read of [readBeam, readAbstractCode]) {
      try {
        read(bytes);
      } catch (error) {
        if (!(error instanceof BeamError)) throw error;
      }
    }
  };

  it("are a module or a BeamError when some are changed", () => {
    const edits = fc.array(fc.tuple(fc.nat({ max: counter.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(edits, (changes) => {
        const bytes = Uint8Array.from(counter);
        for (const [at, value] of changes) bytes[at] = value;
        onlyBeamError(bytes);
      }),
      { numRuns: runs(3000) },
    );
  });

  it("are a module or a BeamError in any chunk", () => {
    const names = fc.constantFrom(
      "AtU8",
      "Atom",
      "Attr",
      "CInf",
      "Code",
      "Dbgi",
      "Abst",
      "ExpT",
      "FunT",
      "ImpT",
      "StrT",
    );
    const chunks = fc.array(fc.tuple(names, fc.uint8Array({ maxLength: 40 })), { maxLength: 12 });
    fc.assert(
      fc.property(chunks, (parts) => {
        onlyBeamError(buildBeam(parts));
      }),
      { numRuns: runs(2000) },
    );
  });

  it("are a BeamError when a file is cut anywhere", () => {
    for (let length = 0; length < counter.length; length++) {
      expect(() => readBeam(counter.subarray(0, length))).toThrow(BeamError);
    }
  });
});
