import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frame, FrameDecoder, FrameError } from "../../src/distribution/frames.js";

/** Cuts bytes at the given places. */
const cut = (bytes: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
};

describe("packets", () => {
  it.each([2, 4] as const)("with %i bytes of length come out as they went in, however they are cut", (header) => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(), { maxLength: 30 }), (packets, places) => {
        const stream = Buffer.concat(packets.map((body) => frame(body, header)));
        const decoder = new FrameDecoder(header, 40);
        const found: Uint8Array[] = [];
        for (const chunk of cut(stream, places)) {
          decoder.push(chunk);
          for (let body = decoder.next(); body !== undefined; body = decoder.next()) found.push(Buffer.from(body));
        }
        expect(found).toEqual(packets.map((packet) => Buffer.from(packet)));
        expect(decoder.rest()).toHaveLength(0);
      }),
      { numRuns: 500 },
    );
  });

  it("come out byte by byte", () => {
    const decoder = new FrameDecoder(4, 10);
    const stream = Buffer.concat([frame(Buffer.from("abc"), 4), frame(Buffer.alloc(0), 4)]);
    const found: string[] = [];
    for (const byte of stream) {
      decoder.push(Uint8Array.of(byte));
      const body = decoder.next();
      if (body !== undefined) found.push(Buffer.from(body).toString());
    }
    expect(found).toEqual(["abc", ""]);
  });

  it("are refused when they are too long, before their bytes arrive", () => {
    const decoder = new FrameDecoder(4, 1000);
    decoder.push(Uint8Array.of(0xff, 0xff, 0xff));
    expect(decoder.next()).toBeUndefined();
    decoder.push(Uint8Array.of(0xff));
    expect(() => decoder.next()).toThrow(FrameError);
  });

  it("can be looked at, and what is left taken", () => {
    const decoder = new FrameDecoder(2, 100);
    expect(decoder.peek(3)).toHaveLength(0);
    for (const byte of [0, 9, 1, 2]) decoder.push(Uint8Array.of(byte));
    expect([...decoder.peek(3)]).toEqual([0, 9, 1]);
    expect([...decoder.peek(99)]).toEqual([0, 9, 1, 2]);
    expect(decoder.next()).toBeUndefined();
    expect([...decoder.rest()]).toEqual([0, 9, 1, 2]);
    expect(decoder.rest()).toHaveLength(0);
  });
});
