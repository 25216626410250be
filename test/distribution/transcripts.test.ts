import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atom, Pid, type Bitstring, type Tuple } from "../../src/terms/term.js";
import { decodeControl, type ControlMessage } from "../../src/distribution/control.js";
import { Cookie } from "../../src/distribution/cookie.js";
import { FrameDecoder } from "../../src/distribution/frames.js";
import { MessageDecoder } from "../../src/distribution/fragments.js";
import { Handshake, type HandshakeStep, type OwnName } from "../../src/distribution/handshake.js";
import { bytesOf, readRecording, type Recording } from "./transcripts.js";

/** What the client of a recording said of itself: its name message, and its challenge if it came to that. */
function clientOf(recording: Recording): { readonly own: OwnName; readonly challenge: number; readonly sent: Buffer } {
  const sent = bytesOf(recording, "client");
  const nameEnd = 2 + sent.readUInt16BE(0);
  const name = sent.toString("latin1", 17, nameEnd);
  const dynamic = (sent.readBigUInt64BE(3) & 0x2_0000_0000n) !== 0n;
  return {
    own: dynamic ? { kind: "dynamic", host: name } : { kind: "static", node: name, creation: sent.readUInt32BE(11) },
    challenge: sent.length > nameEnd + 7 ? sent.readUInt32BE(nameEnd + 3) : 0,
    sent,
  };
}

const handshakeOf = (recording: Recording, cookie = recording.facts["cookie"]!): Handshake => {
  const { own, challenge } = clientOf(recording);
  return new Handshake({ peer: recording.facts["peer"]!, own, cookie: new Cookie(cookie), challenge, headerBytes: 2 });
};

/** Feeds the server's bytes in the given pieces; gives all that was sent and the last step. */
function replay(handshake: Handshake, pieces: readonly Uint8Array[]): { sent: Buffer; last: HandshakeStep } {
  const sent: Uint8Array[] = [handshake.start()];
  let last: HandshakeStep = { send: [] };
  for (const piece of pieces) {
    const step = handshake.receive(piece);
    sent.push(...step.send);
    if (last.done === undefined && last.failed === undefined) last = step;
  }
  return { sent: Buffer.concat(sent), last };
}

const byteByByte = (bytes: Buffer): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte));

/** The handshake part of what the client sent: our name and our reply. Its flags differ where erl offers more. */
const REPLY_BYTES = 2 + 1 + 4 + 16;

describe("a recorded handshake", () => {
  it.each(["erl-static", "erl-dynamic", "session"])("goes on as it did: %s", (name) => {
    const recording = readRecording(name);
    const { own, sent } = clientOf(recording);
    const nameBytes = 2 + sent.readUInt16BE(0);
    const server = bytesOf(recording, "server");
    const check = (pieces: readonly Uint8Array[]): void => {
      const { sent: ours, last } = replay(handshakeOf(recording), pieces);
      expect(ours).toHaveLength(nameBytes + REPLY_BYTES);
      // The name message but for the flags; then challenge and digest as they were.
      expect(ours.subarray(11)).toEqual(sent.subarray(11, nameBytes + REPLY_BYTES));
      expect(last.done?.peer.node).toBe(recording.facts["peer"]);
      expect(last.done?.peer.creation).toBeGreaterThan(3);
      if (own.kind === "static") expect(last.done?.own).toEqual({ node: own.node, creation: own.creation });
      else expect(last.done?.own.node).toMatch(/^[0-9A-Z]+@localhost$/);
    };
    check([server]);
    check(byteByByte(server));
    fc.assert(
      fc.property(fc.array(fc.nat({ max: server.length })), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), server.length];
        check(at.slice(1).map((end, index) => server.subarray(at[index], end)));
      }),
      { numRuns: 300 },
    );
  });

  it("leaves what came after it", () => {
    const recording = readRecording("session");
    const { last } = replay(handshakeOf(recording), [bytesOf(recording, "server")]);
    const rest = last.done!.rest;
    const answers = recording.transcript.filter(({ from }) => from === "server").at(-1)!.bytes;
    expect(Buffer.from(rest)).toEqual(answers);
  });

  it.each([
    ["name-in-use", "name-in-use"],
    ["not-allowed", "not-allowed"],
    ["tls-alert", "tls-required"],
  ])("that failed fails so again: %s", (name, code) => {
    const recording = readRecording(name);
    const server = bytesOf(recording, "server");
    for (const pieces of [[server], byteByByte(server)]) {
      const { sent, last } = replay(handshakeOf(recording), pieces);
      expect(last.failed?.problems[0]).toMatchObject({ code, severity: "error" });
      expect(sent).toEqual(clientOf(recording).sent);
    }
  });

  it("in which the node closed on our digest tells of another cookie", () => {
    const recording = readRecording("wrong-cookie");
    const handshake = handshakeOf(recording, "not-the-one");
    const { sent, last } = replay(handshake, byteByByte(bytesOf(recording, "server")));
    expect([last.done, last.failed]).toEqual([undefined, undefined]);
    expect(sent).toEqual(clientOf(recording).sent);
    expect(handshake.closed().problems[0]).toMatchObject({ code: "wrong-cookie" });
  });
});

/** Of the first fragment of a message, and of the others (erl_ext_dist). */
const [FRAGMENT_HEADER, FRAGMENT_CONTINUED] = [69, 70];

describe("a recorded session", () => {
  /** Whole, in pieces. What a fragment completes nothing of is none. */
  const messages = (...pieces: readonly Uint8Array[]): ControlMessage[] => {
    const frames = new FrameDecoder(4, 1e6);
    const decoder = new MessageDecoder(1e6);
    const found: ControlMessage[] = [];
    for (const piece of pieces) {
      frames.push(piece);
      for (let frame = frames.next(); frame !== undefined; frame = frames.next()) {
        const message = decoder.receive(frame);
        if (message !== undefined) found.push(decodeControl(message));
      }
    }
    expect(frames.rest()).toHaveLength(0);
    return found;
  };

  it("is read from both sides", () => {
    const recording = readRecording("session");
    const { sent } = clientOf(recording);
    const asked = messages(sent.subarray(2 + sent.readUInt16BE(0) + REPLY_BYTES));
    expect(asked.map(({ kind }) => kind)).toEqual(["spawn_request", "spawn_request"]);
    const { last } = replay(handshakeOf(recording), [bytesOf(recording, "server")]);
    const answered = messages(last.done!.rest);
    expect(answered.map(({ kind }) => kind).sort()).toEqual([
      "monitor_exit",
      "monitor_exit",
      "spawn_reply",
      "spawn_reply",
    ]);
    for (const message of answered) {
      if (message.kind === "spawn_reply") expect(message.result).toBeInstanceOf(Pid);
    }
  });

  it("is read byte by byte as in one piece, its fragments too", () => {
    const recording = readRecording("fragments");
    const { last } = replay(handshakeOf(recording), [bytesOf(recording, "server")]);
    const rest = Buffer.from(last.done!.rest);
    const frames = new FrameDecoder(4, 1e6);
    frames.push(rest);
    const headers: (number | undefined)[] = [];
    for (let frame = frames.next(); frame !== undefined; frame = frames.next()) headers.push(frame[1]);
    expect(headers.slice(-2)).toEqual([FRAGMENT_HEADER, FRAGMENT_CONTINUED]);
    const read = messages(rest);
    expect(messages(...byteByByte(rest))).toEqual(read);
    const { reason } = read.findLast((message) => message.kind === "monitor_exit")!;
    const [, how, value] = (reason as Tuple).elements;
    expect(how).toBe(atom("return"));
    expect((value as Bitstring).bytes).toEqual(new Uint8Array(66_000).fill("x".charCodeAt(0)));
  });
});
