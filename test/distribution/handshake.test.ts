import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cookie } from "../../src/distribution/cookie.js";
import { flag, OFFERED } from "../../src/distribution/flags.js";
import { Handshake, type HandshakeStep, type OwnName } from "../../src/distribution/handshake.js";
import { ack, challenge, named, OTP_25_FLAGS, packet, status } from "./fake-node.js";

const PEER = "shop@web1";
const SECRET = "OPENSESAME";
const OURS = 12_345;
const STATIC: OwnName = { kind: "static", node: "me@web1", creation: 99 };
const DYNAMIC: OwnName = { kind: "dynamic", host: "web1" };

const begin = (own: OwnName = STATIC): Handshake => {
  const handshake = new Handshake({ peer: PEER, own, cookie: new Cookie(SECRET), challenge: OURS, headerBytes: 2 });
  handshake.start();
  return handshake;
};

/** Feeds whole and byte by byte; both must end the same. */
const feed = (own: OwnName, ...messages: Uint8Array[]): HandshakeStep => {
  const bytes = Buffer.concat(messages);
  const whole = begin(own).receive(bytes);
  const handshake = begin(own);
  const send: Uint8Array[] = [];
  let end: HandshakeStep = { send };
  for (const byte of bytes) {
    const step = handshake.receive(Uint8Array.of(byte));
    send.push(...step.send);
    if (step.failed !== undefined || step.done !== undefined) {
      end = { ...step, send };
      break;
    }
  }
  expect(Buffer.concat(end.send)).toEqual(Buffer.concat(whole.send));
  expect(end.failed?.problems[0]?.code).toBe(whole.failed?.problems[0]?.code);
  expect(end.done?.peer).toEqual(whole.done?.peer);
  return whole;
};

const codeOf = (step: HandshakeStep): string | undefined => {
  for (const problem of step.failed?.problems ?? []) {
    expect(problem.summary).not.toBe("");
    expect(inspect(step, { depth: 9, showHidden: true })).not.toContain(SECRET);
  }
  return step.failed?.problems[0]?.code;
};

describe("the handshake", () => {
  it("begins with our name, flags and creation", () => {
    const start = new Handshake({
      peer: PEER,
      own: STATIC,
      cookie: new Cookie(SECRET),
      challenge: OURS,
      headerBytes: 2,
    }).start();
    const flags = OFFERED.toString(16).padStart(16, "0");
    expect(Buffer.from(start).toString("hex")).toBe(
      `0016` + `4e${flags}00000063` + `0007${Buffer.from("me@web1").toString("hex")}`,
    );
  });

  it("asks for a name with the host alone and NAME_ME", () => {
    const start = new Handshake({
      peer: PEER,
      own: DYNAMIC,
      cookie: new Cookie(SECRET),
      challenge: OURS,
      headerBytes: 2,
    }).start();
    const flags = (OFFERED | flag.NAME_ME).toString(16).padStart(16, "0");
    expect(Buffer.from(start).toString("hex")).toBe(
      `0013` + `4e${flags}00000000` + `0004${Buffer.from("web1").toString("hex")}`,
    );
  });

  it.each(["ok", "ok_simultaneous"])("is done with a static name after %s", (text) => {
    const step = feed(STATIC, status(text), challenge({ node: PEER }), ack(SECRET, OURS));
    expect(step.done).toEqual({
      own: { node: "me@web1", creation: 99 },
      peer: { node: PEER, creation: 77 },
      flags: OFFERED & OTP_25_FLAGS,
      rest: new Uint8Array(),
    });
  });

  it("takes the name that the node makes up, and ignores what later versions add", () => {
    const step = feed(
      DYNAMIC,
      named("2X@web1", 5, "more"),
      challenge({ node: PEER, extra: "more" }),
      ack(SECRET, OURS),
    );
    expect(step.done?.own).toEqual({ node: "2X@web1", creation: 5 });
  });

  it("gives what follows it", () => {
    const bytes = Buffer.concat([
      status("ok"),
      challenge({ node: PEER }),
      ack(SECRET, OURS),
      Buffer.from([0, 0, 0, 0, 1]),
    ]);
    const handshake = begin();
    expect([...handshake.receive(bytes).done!.rest]).toEqual([0, 0, 0, 0, 1]);
    expect(handshake.phase).toBe("over");
  });

  it.each<[string, string, OwnName, Uint8Array[]]>([
    ["wrong-cookie", "the ack is of another cookie", STATIC, [challenge({ node: PEER }), ack("other", OURS)]],
    ["wrong-cookie", "the ack is our own digest", STATIC, [challenge({ node: PEER }), ack(SECRET, 4_000_000_000)]],
    ["not-erlang", "the ack is short", STATIC, [challenge({ node: PEER }), packet(Buffer.from("a123"))]],
    ["wrong-node", "another node answers", STATIC, [challenge({ node: "other@web1" })]],
    ["otp-too-old", "OTP 24 answers", STATIC, [challenge({ node: PEER, flags: 0x0f03df7fbcn & ~flag.NAME_ME })]],
    ["otp-too-old", "OTP 22 answers", STATIC, [packet(Buffer.from("n\0\u0005\0\0\0\0\0\0\0\0a@b"))]],
    ["not-a-beam-node", "a C node answers", STATIC, [challenge({ node: PEER, flags: 0x0407070f94n & ~flag.SPAWN })]],
    ["not-erlang", "a challenge is cut", STATIC, [packet(Buffer.from("N123"))]],
    ["not-erlang", "a challenge's name is longer than it", STATIC, [packet(Buffer.alloc(19, "N\xff"))]],
    ["not-erlang", "another message comes", STATIC, [status("ok")]],
  ])("fails with %s when %s", (code, _, own, messages) => {
    expect(codeOf(feed(own, status("ok"), ...messages))).toBe(code);
  });

  it.each<[string, OwnName, Uint8Array]>([
    ["name-in-use", STATIC, status("nok")],
    ["name-in-use", STATIC, status("alive")],
    ["not-allowed", STATIC, status("not_allowed")],
    ["not-allowed", DYNAMIC, status("not_allowed")],
    ["not-erlang", DYNAMIC, status("ok")],
    ["not-erlang", STATIC, named("x@web1", 5)],
    ["not-erlang", DYNAMIC, status("named:")],
    ["not-erlang", DYNAMIC, status("named:\0\u0009short")],
    ["not-erlang", STATIC, status("what")],
    ["not-erlang", STATIC, packet(Buffer.alloc(0))],
    ["not-erlang", STATIC, Buffer.from("HTTP/1.1 400 Bad Request\r\n")],
    ["not-erlang", STATIC, Buffer.from("SSH-2.0-OpenSSH_9.2\r\n")],
    ["not-erlang", STATIC, Buffer.from([0, 3, 1])],
    ["not-erlang", STATIC, Buffer.from([0xff, 0xff])],
    ["tls-required", STATIC, Buffer.from([0x15, 3, 3, 0, 2, 2, 10])],
  ])("fails with %s (%#) on such a status", (code, own, bytes) => {
    expect(codeOf(feed(own, bytes.length > 0 ? bytes : Buffer.alloc(2)))).toBe(code);
  });

  it("has four bytes of length over TLS", () => {
    const own = STATIC;
    const handshake = new Handshake({ peer: PEER, own, cookie: new Cookie(SECRET), challenge: OURS, headerBytes: 4 });
    const long = (message: Uint8Array): Buffer => Buffer.concat([Buffer.alloc(2), message]);
    expect([...handshake.start().subarray(0, 5)]).toEqual([0, 0, 0, 22, 0x4e]);
    const replies: Uint8Array[] = [];
    let done: HandshakeStep["done"];
    for (const byte of Buffer.concat([status("ok"), challenge({ node: PEER }), ack(SECRET, OURS)].map(long))) {
      const step = handshake.receive(Uint8Array.of(byte));
      replies.push(...step.send);
      done = step.done;
    }
    expect(replies.map((reply) => [...reply.subarray(0, 5)])).toEqual([[0, 0, 0, 21, 0x72]]);
    expect(done?.peer.node).toBe(PEER);
  });

  it("tells by when the node closes what that means", () => {
    const code = (handshake: Handshake): string | undefined => handshake.closed().problems[0]?.code;
    const handshake = begin();
    expect(code(handshake)).toBe("connection-closed");
    handshake.receive(status("ok"));
    expect([handshake.phase, code(handshake)]).toEqual(["challenge", "connection-closed"]);
    handshake.receive(challenge({ node: PEER }));
    expect([handshake.phase, code(handshake)]).toEqual(["ack", "wrong-cookie"]);
  });

  it("says what answered instead, and never the cookie", () => {
    const { failed } = begin().receive(Buffer.from(`HTTP/1.1 400 ${"x".repeat(200)}`));
    expect(failed?.problems[0]?.detail).toContain("HTTP/1.1 400");
    expect(failed?.problems[0]?.detail?.length).toBeLessThan(80);
    const shown = inspect(begin(), { depth: 9, showHidden: true });
    expect(shown + JSON.stringify(begin())).not.toContain(SECRET);
  });

  it("ends in a step or an error, whatever comes", () => {
    const valid = fc.constantFrom(
      status("ok"),
      status("alive"),
      named("x@web1", 1),
      challenge({ node: PEER }),
      ack(SECRET, OURS),
    );
    const piece = fc.oneof(valid, fc.uint8Array({ maxLength: 30 }));
    fc.assert(
      fc.property(fc.constantFrom(STATIC, DYNAMIC), fc.array(piece, { maxLength: 5 }), (own, pieces) => {
        const handshake = begin(own);
        for (const bytes of pieces) {
          const { done, failed } = handshake.receive(bytes);
          if (done !== undefined || failed !== undefined) expect(handshake.phase).toBe("over");
          if (failed !== undefined) expect(failed.name).toBe("ProblemError");
        }
      }),
      { numRuns: 3000 },
    );
  });
});
