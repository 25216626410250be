import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atom, binary, tuple, type Bitstring } from "../../src/terms/term.js";
import { encodeTerm } from "../../src/terms/etf/encode.js";
import { FRAGMENT_BYTES, encodeMessage, MessageDecoder, type RawMessage } from "../../src/distribution/fragments.js";
import { FrameError } from "../../src/distribution/frames.js";
import { anyTerm } from "./generators.js";

/** The packets as they are received: without their length, which must be right. */
const received = (message: RawMessage, form: "header" | "pass_through", sequence = 1n): Uint8Array[] =>
  encodeMessage(message, form, sequence).map((parts) => {
    const packet = Buffer.concat(parts);
    expect(packet.readUInt32BE(0)).toBe(packet.length - 4);
    return packet.subarray(4);
  });

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");
const control = tuple(2, atom(""), atom("x"));

describe("messages in packets", () => {
  it.each(["header", "pass_through"] as const)("come out as they went in: %s", (form) => {
    fc.assert(
      fc.property(anyTerm, fc.option(anyTerm, { nil: undefined }), (controlTerm, payload) => {
        const packets = received({ control: controlTerm, payload }, form);
        expect(packets).toHaveLength(1);
        const message = new MessageDecoder(0).receive(packets[0]!)!;
        expect(encodeTerm(message.control)).toEqual(encodeTerm(controlTerm));
        if (payload === undefined) expect(message.payload).toBeUndefined();
        else expect(encodeTerm(message.payload!)).toEqual(encodeTerm(payload));
      }),
      { numRuns: 500 },
    );
  });

  it("have the bytes that the protocol says", () => {
    const message = { control: tuple(1), payload: 7 };
    expect(received(message, "header")).toEqual([hex("83 44 00 6801 6101 6107")]);
    expect(received(message, "pass_through")).toEqual([hex("70 83 6801 6101 83 6107")]);
    expect(received({ control: tuple(1) }, "pass_through")).toEqual([hex("70 83 6801 6101")]);
  });

  it("are cut when they are large, and may be mixed with others", () => {
    const size = 3 * FRAGMENT_BYTES;
    const bytes = Uint8Array.from({ length: size }, (_, index) => index % 251);
    const one = received({ control, payload: binary(bytes) }, "header", 1n);
    const two = received({ control, payload: binary(bytes.subarray(1)) }, "header", 2n);
    expect(one.map((packet) => Buffer.from(packet.subarray(0, 18)).toString("hex"))).toEqual([
      "834500000000000000010000000000000004",
      "834600000000000000010000000000000003",
      "834600000000000000010000000000000002",
      "834600000000000000010000000000000001",
    ]);
    const decoder = new MessageDecoder(3 * size);
    const small = received({ control, payload: 5 }, "header");
    const messages = [one[0]!, two[0]!, ...small, one[1]!, one[2]!, two[1]!, one[3]!, two[2]!, two[3]!]
      .map((packet) => decoder.receive(packet))
      .filter((message) => message !== undefined);
    expect(messages.map(({ payload }) => (payload === 5 ? 5 : (payload as Bitstring).bytes.length))).toEqual([
      5,
      size,
      size - 1,
    ]);
    expect(Buffer.compare((messages[1]!.payload as Bitstring).bytes, bytes)).toBe(0);
  });

  it("are cut neither for a peer without fragments nor when they are small", () => {
    const payload = binary(new Uint8Array(3 * FRAGMENT_BYTES));
    expect(received({ control, payload }, "pass_through")).toHaveLength(1);
    expect(received({ control, payload: binary(new Uint8Array(FRAGMENT_BYTES - 5)) }, "header")).toHaveLength(1);
    expect(received({ control, payload: binary(new Uint8Array(FRAGMENT_BYTES - 4)) }, "header")).toHaveLength(2);
  });

  it("may hold so many bytes while they are incomplete", () => {
    const decoder = new MessageDecoder(2 * FRAGMENT_BYTES);
    const packets = received({ control, payload: binary(new Uint8Array(3 * FRAGMENT_BYTES)) }, "header");
    decoder.receive(packets[0]!);
    decoder.receive(packets[1]!);
    expect(() => decoder.receive(packets[2]!)).toThrow(FrameError);
    // What is complete counts no more.
    const again = new MessageDecoder(2 * FRAGMENT_BYTES);
    const fits = received({ control, payload: binary(new Uint8Array(2 * FRAGMENT_BYTES - 100)) }, "header");
    for (let round = 0; round < 3; round++) fits.forEach((packet) => again.receive(packet));
  });

  it.each([
    ["an empty packet", ""],
    ["another type", "71"],
    ["another version", "82 44 00 6101"],
    ["another header", "83 43 00"],
    ["atom cache references", "83 44 01 00 6801 6101"],
    ["no control term", "83 44 00"],
    ["half a control term", "83 44 00 6802 61"],
    ["half a payload", "83 44 00 6801 6101 62 00"],
    ["more than two terms", "83 44 00 6801 6101 6107 6107"],
    ["a pass through without version", "70 6801 6101"],
    ["a pass through whose payload has none", "70 83 6801 6101 6107"],
    ["half a fragment header", "83 45 0000000000000001"],
    ["a fragment of nothing", "83 46 0000000000000001 0000000000000001 00"],
    ["a first fragment numbered 0", "83 45 0000000000000001 0000000000000000 00 6801 6101"],
    ["a first fragment with atom cache", "83 45 0000000000000001 0000000000000002 01 6801 6101"],
  ])("are refused: %s", (_, text) => {
    expect(() => new MessageDecoder(1000).receive(hex(text))).toThrow(/./);
  });

  it("are refused when their fragments are out of order", () => {
    const packets = received({ control, payload: binary(new Uint8Array(3 * FRAGMENT_BYTES)) }, "header");
    const after = (...first: number[]): MessageDecoder => {
      const decoder = new MessageDecoder(1e9);
      for (const index of first) decoder.receive(packets[index]!);
      return decoder;
    };
    expect(() => after(0).receive(packets[2]!)).toThrow("fragment 2 where 3 is next");
    expect(() => after(0).receive(packets[0]!)).toThrow(FrameError);
    expect(() => after(0, 1, 2, 3).receive(packets[3]!)).toThrow("unknown message");
  });

  it("never make the decoder fail in another way", () => {
    const start = fc.constantFrom("", "70 83", "83 44 00", "83 45", "83 46").map(hex);
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 40 }), (head, tail) => {
        try {
          new MessageDecoder(1000).receive(Buffer.concat([head, tail]));
        } catch (error) {
          expect(["FrameError", "EtfError"]).toContain((error as Error).name);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
