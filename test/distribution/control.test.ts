import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { atom, list, Pid, Reference, tuple, type Term } from "../../src/terms/term.js";
import { ControlError, decodeControl, encodeControl, type OutgoingMessage } from "../../src/distribution/control.js";
import { anyAtom, anyPid, anyReference, anyTerm } from "./generators.js";

const from = anyPid;
const to = anyPid;
const ref = anyReference;
const kind = <K extends OutgoingMessage["kind"]>(name: K): fc.Arbitrary<K> => fc.constant(name);
const id = fc.oneof(fc.integer({ min: 1 }), fc.bigInt({ min: 2n ** 60n, max: 2n ** 64n - 1n }));

const anyMessage: fc.Arbitrary<OutgoingMessage> = fc.oneof(
  fc.record({ kind: kind("link"), from, to }),
  fc.record({ kind: kind("unlink"), id: fc.option(id, { nil: undefined }), from, to }),
  fc.record({ kind: kind("unlink_ack"), id, from, to }),
  fc.record({ kind: kind("send"), from: fc.option(from, { nil: undefined }), to, message: anyTerm }),
  fc.record({ kind: kind("reg_send"), from, to: anyAtom, message: anyTerm }),
  fc.record({ kind: kind("alias_send"), from, to: ref, message: anyTerm }),
  fc.record({ kind: kind("exit"), linked: fc.boolean(), from, to, reason: anyTerm }),
  fc.record({ kind: kind("group_leader"), from, to }),
  fc.record({ kind: kind("monitor"), from, to: fc.oneof(to, anyAtom), ref }),
  fc.record({ kind: kind("demonitor"), from, to: fc.oneof(to, anyAtom), ref }),
  fc.record({ kind: kind("monitor_exit"), from: fc.oneof(from, anyAtom), to, ref, reason: anyTerm }),
  fc.record({
    ...{ kind: kind("spawn_request"), ref, from, groupLeader: from, module: anyAtom, function: anyAtom },
    ...{ args: fc.array(anyTerm), options: fc.array(anyTerm) },
  }),
  fc.record({ kind: kind("spawn_reply"), ref, to, result: fc.oneof(from, anyAtom) }),
);

const pid = new Pid(atom("a@b"), 1, 2, 3);
const reference = new Reference(atom("a@b"), 3, [1, 2, 3]);
const token = tuple(0, 1, 2, pid, 3);

describe("control messages", () => {
  it("come out as they went in", () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(decodeControl(encodeControl(message))).toEqual(message);
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, Term, Term | undefined, object]>([
    ["SEND_TT", tuple(12, atom(""), pid, token), 5, { kind: "send", from: undefined, message: 5 }],
    ["SEND_SENDER_TT", tuple(23, pid, pid, token), 5, { kind: "send", from: pid, message: 5 }],
    ["REG_SEND_TT", tuple(16, pid, atom(""), atom("x"), token), 5, { kind: "reg_send", to: atom("x"), message: 5 }],
    ["ALIAS_SEND_TT", tuple(34, pid, reference, token), 5, { kind: "alias_send", message: 5 }],
    ["EXIT", tuple(3, pid, pid, 6), undefined, { kind: "exit", linked: true, reason: 6 }],
    ["EXIT_TT", tuple(13, pid, pid, token, 6), undefined, { kind: "exit", linked: true, reason: 6 }],
    ["EXIT2", tuple(8, pid, pid, 6), undefined, { kind: "exit", linked: false, reason: 6 }],
    ["EXIT2_TT", tuple(18, pid, pid, token, 6), undefined, { kind: "exit", linked: false, reason: 6 }],
    ["PAYLOAD_EXIT_TT", tuple(25, pid, pid, token), 6, { kind: "exit", linked: true, reason: 6 }],
    ["PAYLOAD_EXIT2_TT", tuple(27, pid, pid, token), 6, { kind: "exit", linked: false, reason: 6 }],
    ["MONITOR_P_EXIT", tuple(21, pid, pid, reference, 6), undefined, { kind: "monitor_exit", reason: 6 }],
    ["SPAWN_REPLY_TT", tuple(32, reference, pid, 2, pid, token), undefined, { kind: "spawn_reply", result: pid }],
  ])("are read in the form %s", (_, control, payload, expected) => {
    expect(decodeControl({ control, payload })).toMatchObject(expected);
  });

  it("that are not known are passed on", () => {
    const control = tuple(37, pid);
    expect(decodeControl({ control, payload: 5 })).toEqual({ kind: "unknown", control, payload: 5 });
  });

  it.each<[string, Term, Term | undefined]>([
    ["not a tuple", 5, undefined],
    ["an empty tuple", tuple(), undefined],
    ["an operation that is no number", tuple(atom("send")), undefined],
    ["LINK without pids", tuple(1, 5, pid), undefined],
    ["SEND without message", tuple(2, atom(""), pid), undefined],
    ["REG_SEND to a number", tuple(6, pid, atom(""), 5), 5],
    ["EXIT without reason", tuple(3, pid, pid), undefined],
    ["MONITOR_P without reference", tuple(19, pid, pid, pid), undefined],
    ["SPAWN_REPLY with a number", tuple(31, reference, pid, 0, 5), undefined],
    ["SPAWN_REQUEST without arguments", tuple(29, reference, pid, pid, tuple(atom("m"), atom("f"), 0), list()), 5],
    ["SPAWN_REQUEST without a function", tuple(29, reference, pid, pid, atom("m"), list()), list()],
    ["UNLINK_ID without id", tuple(35, pid, pid, pid), undefined],
  ])("are refused: %s", (_, control, payload) => {
    expect(() => decodeControl({ control, payload })).toThrow(ControlError);
  });
});
