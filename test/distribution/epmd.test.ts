import { describe, expect, it } from "vitest";
import { decodeNames, decodePortReply, encodeNames, encodePortPlease, epmdPort } from "../../src/distribution/epmd.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("epmd's protocol", () => {
  it("has length and tag before a request", () => {
    expect(hex(encodePortPlease("shop"))).toBe("00057a" + Buffer.from("shop").toString("hex"));
    expect(hex(encodePortPlease("\u00fc"))).toBe("00037ac3bc");
    expect(hex(encodeNames())).toBe("00016e");
  });

  it("reads a port, however the reply is cut", () => {
    const reply = bytes("77 00 a1b2 4d 00 0006 0005 0004 73686f70 0000");
    for (let length = 0; length < 10; length++) {
      expect(decodePortReply(reply.subarray(0, length))).toEqual({ kind: "more" });
    }
    for (let length = 10; length <= reply.length; length++) {
      const port = { kind: "port", port: 0xa1b2, highestVersion: 6, lowestVersion: 5 };
      expect(decodePortReply(reply.subarray(0, length))).toEqual(port);
    }
  });

  it("tells an unknown node from garbage", () => {
    expect(decodePortReply(bytes("77 01"))).toEqual({ kind: "unknown" });
    expect(decodePortReply(Buffer.from("HTTP/1.1 400"))).toEqual({ kind: "garbage" });
    expect(decodePortReply(bytes("76"))).toEqual({ kind: "garbage" });
  });

  it("reads the names", () => {
    const text = (lines: string): Uint8Array => Buffer.concat([bytes("00001111"), Buffer.from(lines)]);
    expect(decodeNames(text(""))).toEqual([]);
    expect(decodeNames(text("name shop at port 4000\nname a at b at port 1\n"))).toEqual(["a at b", "shop"]);
    expect(decodeNames(text("HTTP"))).toBeUndefined();
    expect(decodeNames(bytes("0000"))).toBeUndefined();
  });

  it("finds its port in the environment", () => {
    expect([epmdPort({}), epmdPort({ ERL_EPMD_PORT: "4000" }), epmdPort({ ERL_EPMD_PORT: "x" })]).toEqual([
      4369, 4000, 4369,
    ]);
  });
});
