import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readAtoms } from "../../src/beam/atoms.js";
import { readBeam } from "../../src/beam/beam.js";
import { BeamError } from "../../src/beam/error.js";
import { readChunks, type Chunks } from "../../src/beam/iff.js";
import { atomTable, compact, longAtomTable, withChunk } from "./files.js";

const counter = new Uint8Array(readFileSync(new URL("../../fixtures/beam/counter.beam", import.meta.url)));
const chunk = (data: Uint8Array, name = "AtU8"): Chunks => new Map([[name, { name, offset: 100, data }]]);
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("the atom table", () => {
  it("has a byte for each length up to OTP 27", () => {
    expect(readAtoms(chunk(bytes(0, 0, 0, 2, 1, 109, 3, 0xc3, 0xa5, 97)))).toEqual([undefined, "m", "åa"]);
  });

  it("is in Latin-1 in its oldest form", () => {
    expect(readAtoms(chunk(bytes(0, 0, 0, 2, 1, 109, 2, 0xe5, 97), "Atom"))).toEqual([undefined, "m", "åa"]);
  });

  // By hand from erlang/otp#8913 and the compact form of the code chunk.
  it("has a negative count and lengths in the compact form since OTP 28", () => {
    const fifteen = "abcdefghijklmno";
    const table = bytes(
      ...[0xff, 0xff, 0xff, 0xfc],
      ...[0x10, 109],
      ...[0xf0, ...Buffer.from(fifteen)],
      ...[0x08, 0x10, ...Buffer.from(`${fifteen}p`)],
      ...[0x68, 0xfc, ...Buffer.from("🟦".repeat(255))],
    );
    expect(readAtoms(chunk(table))).toEqual([undefined, "m", fifteen, `${fifteen}p`, "🟦".repeat(255)]);
  });

  it("may have an empty atom, and one that starts with a byte order mark", () => {
    expect(readAtoms(chunk(atomTable(["m", "", "\ufeffa"])))).toEqual([undefined, "m", "", "\ufeffa"]);
    expect(readAtoms(chunk(longAtomTable(["m", "", "\ufeffa"])))).toEqual([undefined, "m", "", "\ufeffa"]);
  });

  it("says the same of a module in each form", () => {
    const info = readBeam(counter);
    const names = readAtoms(readChunks(counter)).slice(1) as string[];
    const renamed = (table: Uint8Array): Uint8Array => withChunk(counter, "AtU8", () => table);
    expect(readBeam(renamed(atomTable(names)))).toEqual(info);
    expect(readBeam(renamed(longAtomTable(names)))).toEqual({
      ...info,
      md5: expect.not.stringMatching(info.md5) as string,
    });
  });

  it.each([
    ["no chunk", new Map(), /a chunk "AtU8" or "Atom", found none/],
    ["no count", chunk(bytes(0, 0, 0)), /chunk "AtU8", byte 100: expected the number of atoms, found 3 bytes/],
    ["no atoms", chunk(bytes(0, 0, 0, 0)), /expected the name of the module, found no atoms/],
    [
      "a negative count in Latin-1",
      chunk(bytes(255, 255, 255, 255, 0x10, 97), "Atom"),
      /the number of atoms, found -1/,
    ],
    [
      "fewer atoms than said",
      chunk(bytes(0, 0, 0, 2, 1, 97)),
      /byte 106: expected the length of an atom, found the end/,
    ],
    [
      "more atoms than said",
      chunk(bytes(0, 0, 0, 1, 1, 97, 1, 98)),
      /byte 106: expected the end after 1 atoms, found 2 bytes/,
    ],
    ["a cut atom", chunk(bytes(0, 0, 0, 1, 5, 97)), /byte 104: expected an atom of 5 bytes, found 1/],
    ["an atom that is not UTF-8", chunk(bytes(0, 0, 0, 1, 1, 0xe5)), /byte 105: expected an atom in UTF-8/],
    ["a length with another tag", chunk(bytes(255, 255, 255, 255, 0x11, 97)), /a length in compact form, found tag 1/],
    ["a length that is cut", chunk(bytes(255, 255, 255, 255, 0x08)), /a length in compact form, found half of one/],
    ["a length of many bytes", chunk(bytes(255, 255, 255, 255, 0xf8, 1, 1)), /of at most 4 bytes, found a longer one/],
    ["billions of atoms", chunk(bytes(0x7f, 255, 255, 255, 1, 97)), /the length of an atom, found the end/],
    [
      "an atom of billions of bytes",
      chunk(bytes(255, 255, 255, 255, 0x58, 255, 255, 255, 255)),
      /of 4294967295 bytes, found 0/,
    ],
  ])("is refused with %s", (_name, chunks, message) => {
    expect(() => readAtoms(chunks)).toThrow(BeamError);
    expect(() => readAtoms(chunks)).toThrow(message);
  });
});

it("the compact form is that of beam_asm:encode/2", () => {
  expect([0, 15, 16, 2047, 2048, 65535].map(compact)).toEqual([
    [0x00],
    [0xf0],
    [0x08, 16],
    [0xe8, 0xff],
    [0x18, 8, 0],
    [0x18, 0xff, 0xff],
  ]);
});
