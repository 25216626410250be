import { describe, expect, it } from "vitest";
import { decodeTerm, decodeTermAt } from "../../../src/terms/etf/decode.js";
import { Encoder, encodeTerm, EtfError } from "../../../src/terms/etf/encode.js";
import {
  Atom,
  atom,
  binary,
  ExternalFun,
  list,
  Pid,
  Port,
  Reference,
  tuple,
  type Term,
} from "../../../src/terms/term.js";

describe("the encoder", () => {
  it("puts terms and bytes behind one another, and a length in front afterwards", () => {
    const encoder = new Encoder({}, 4);
    encoder
      .uint32(0)
      .uint8(112)
      .uint8(131)
      .term(tuple(1, atom("a")))
      .bytes(Uint8Array.of(7, 8))
      .uint8(131);
    encoder.term(binary(new Uint8Array(300)));
    encoder.setUint32(0, encoder.length - 4);
    const message = encoder.take();
    const view = new DataView(message.buffer, message.byteOffset);
    expect(view.getUint32(0)).toBe(message.length - 4);
    expect([...message.subarray(4, 6)]).toEqual([112, 131]);
    const { term, next } = decodeTermAt(message, 6);
    expect(term).toEqual(tuple(1, atom("a")));
    expect([...message.subarray(next, next + 3)]).toEqual([7, 8, 131]);
    expect(decodeTerm(message.subarray(next + 2))).toEqual(binary(new Uint8Array(300)));
  });

  it("starts again when its bytes are taken, and leaves those alone", () => {
    const encoder = new Encoder();
    const first = encoder.uint8(1).take();
    expect(encoder.length).toBe(0);
    const second = encoder.uint8(2).take();
    expect([...first, ...second]).toEqual([1, 2]);
  });

  it("gives bytes of any length, each its own", () => {
    const encoder = new Encoder({}, 16);
    const taken = [0, 1, 15, 16, 17, 4095, 4096, 70_000, 3].map((length) => {
      const bytes = new Uint8Array(length).fill(length % 251);
      return [bytes, encoder.bytes(bytes).take(), encodeTerm(binary(bytes)).subarray(6)] as const;
    });
    for (const [bytes, fromEncoder, fromTerm] of taken) {
      expect(fromEncoder).toEqual(bytes);
      expect(fromTerm).toEqual(bytes);
    }
  });

  it("writes whole terms after one that was refused", () => {
    expect(() => encodeTerm(list(binary(new Uint8Array(100_000)), 0.5))).toThrow(EtfError);
    expect([...encodeTerm(1)]).toEqual([131, 97, 1]);
  });

  it("takes back what it wrote of a term that it refuses", () => {
    const encoder = new Encoder().uint8(9);
    expect(() => encoder.term(list(atom("fine"), 0.5))).toThrow(EtfError);
    expect(encoder.length).toBe(1);
    expect([...encoder.term(1).take()]).toEqual([9, 97, 1]);
  });

  it("writes a length only over what is there", () => {
    const encoder = new Encoder().uint32(0);
    expect(() => encoder.setUint32(1, 1)).toThrow(RangeError);
    expect(() => encoder.setUint32(-1, 1)).toThrow(RangeError);
  });

  it("writes atoms in UTF-8 alone for minor version 2", () => {
    expect([...encodeTerm(atom("é"))]).toEqual([131, 100, 0, 1, 233]);
    expect([...encodeTerm(atom("é"), { minorVersion: 1 })]).toEqual([131, 100, 0, 1, 233]);
    expect([...encodeTerm(atom("é"), { minorVersion: 2 })]).toEqual([131, 119, 2, 0xc3, 0xa9]);
  });

  it("writes an integer that is given as a bigint in the form of its value", () => {
    for (const value of [0, 255, -1, 2 ** 31, -(2 ** 53) + 1]) {
      expect(encodeTerm(BigInt(value))).toEqual(encodeTerm(value));
    }
    expect(encodeTerm(-0)).toEqual(encodeTerm(0));
  });
});

describe("a term that Erlang can't have", () => {
  const node = atom("n");
  const refused: readonly (readonly [string, Term, RegExp])[] = [
    ["a fraction", 0.5, /a safe integer, a bigint or a Float, found the number 0.5/],
    ["not a number", Number.NaN, /found the number NaN/],
    ["a number beyond the safe ones", 2 ** 53, /found the number 9007199254740992/],
    ["an atom of 256 characters", atom("a".repeat(256)), /at most 255 characters, found 256/],
    ["an atom of 256 characters outside the basic plane", atom("𝄞".repeat(256)), /at most 255 characters, found 256/],
    ["an atom with half a surrogate pair", new Atom("a\ud834"), /half a surrogate pair/],
    ["a pid id of 33 bits", new Pid(node, 2 ** 32, 0, 0), /32 bits in an identifier, found 4294967296/],
    ["a negative serial", new Pid(node, 0, -1, 0), /found -1/],
    ["a port id of 65 bits", new Port(node, 2n ** 64n, 0), /a port id of 64 bits/],
    ["a negative port id", new Port(node, -1n, 0), /a port id of 64 bits/],
    ["a reference of no words", new Reference(node, 0, []), /1 to 5 words, found 0/],
    ["a reference of 6 words", new Reference(node, 0, [1, 2, 3, 4, 5, 6]), /1 to 5 words, found 6/],
    ["an arity of 256", new ExternalFun(node, node, 256), /an arity of 0 to 255, found 256/],
  ];

  it.each(refused)("%s is refused", (_name, term, message) => {
    expect(() => encodeTerm(tuple(term))).toThrow(EtfError);
    expect(() => encodeTerm(tuple(term))).toThrow(message);
  });

  it("an atom of 255 characters of two units each is none of them", () => {
    expect(decodeTerm(encodeTerm(atom("𝄞".repeat(255))))).toBe(atom("𝄞".repeat(255)));
  });
});
