import { describe, expect, it } from "vitest";
import { atom, List, list, Pid, Reference, tuple, type Term } from "../../src/terms/term.js";
import { OwnProcess } from "../../src/distribution/own-process.js";
import { react } from "../../src/distribution/signals.js";

const own = new OwnProcess("me@web1", 9);
const other = new Pid(atom("shop@web1"), 100, 0, 7);
const gone = new Pid(own.node, 55, 0, 9);
const ref = new Reference(atom("shop@web1"), 7, [1, 2, 3]);

describe("our own process", () => {
  it("gets messages, by pid and by name", () => {
    const message = tuple(1, 2);
    expect(react(own, { kind: "send", from: other, to: own.pid, message })).toEqual({
      signal: { kind: "message", message },
    });
    expect(react(own, { kind: "reg_send", from: other, to: atom("x"), message })).toEqual({
      signal: { kind: "message", message, name: "x" },
    });
    expect(react(own, { kind: "send", from: other, to: gone, message })).toEqual({});
  });

  it("gets exits and downs", () => {
    expect(react(own, { kind: "exit", from: other, to: own.pid, reason: 5, linked: false })).toEqual({
      signal: { kind: "exit", from: other, reason: 5, linked: false },
    });
    expect(react(own, { kind: "monitor_exit", from: other, to: own.pid, ref, reason: 5 })).toEqual({
      signal: { kind: "down", ref, process: other, reason: 5 },
    });
    expect(react(own, { kind: "exit", from: other, to: gone, reason: 5, linked: false })).toEqual({});
  });

  it("can be linked and monitored; nothing else of ours can", () => {
    const noproc = atom("noproc");
    expect(react(own, { kind: "link", from: other, to: own.pid })).toEqual({});
    expect(react(own, { kind: "monitor", from: other, to: own.pid, ref })).toEqual({});
    expect(react(own, { kind: "link", from: other, to: gone }).reply).toEqual({
      ...{ kind: "exit", linked: true, from: gone, to: other, reason: noproc },
    });
    for (const to of [gone, atom("global_name_server")]) {
      expect(react(own, { kind: "monitor", from: other, to, ref }).reply).toEqual({
        ...{ kind: "monitor_exit", from: to, to: other, ref, reason: noproc },
      });
    }
  });

  it("answers a ping: net_kernel seems to be there", () => {
    const { pid } = own;
    expect(react(own, { kind: "monitor", from: other, to: atom("net_kernel"), ref })).toEqual({});
    const alias = new List([atom("alias")], ref);
    const ask = (tag: Term) => tuple(atom("$gen_call"), tuple(other, tag), tuple(atom("is_auth"), atom("shop@web1")));
    const to = atom("net_kernel");
    expect(react(own, { kind: "reg_send", from: other, to, message: ask(alias) })).toEqual({
      reply: { kind: "alias_send", from: pid, to: ref, message: tuple(alias, atom("yes")) },
    });
    expect(react(own, { kind: "reg_send", from: other, to, message: ask(ref) })).toEqual({
      reply: { kind: "send", from: pid, to: other, message: tuple(ref, atom("yes")) },
    });
    expect(react(own, { kind: "reg_send", from: other, to, message: 5 }).signal).toMatchObject({ message: 5 });
    expect(react(own, { kind: "reg_send", from: other, to: atom("x"), message: ask(ref) }).reply).toBeUndefined();
  });

  it("acknowledges an unlink", () => {
    expect(react(own, { kind: "unlink", from: other, to: own.pid, id: 5 }).reply).toEqual({
      ...{ kind: "unlink_ack", id: 5, from: own.pid, to: other },
    });
  });

  it("spawns nothing", () => {
    const mfa = { module: atom("m"), function: atom("f"), args: [], options: [] };
    expect(react(own, { kind: "spawn_request", ref, from: other, groupLeader: other, ...mfa }).reply).toEqual({
      ...{ kind: "spawn_reply", ref, to: other, result: atom("notsup") },
    });
  });

  it("answers the I/O protocol, so that nobody waits", () => {
    const request = tuple(atom("io_request"), other, ref, tuple(atom("put_chars"), atom("unicode"), list(65)));
    expect(react(own, { kind: "send", from: other, to: own.pid, message: request }).reply).toEqual({
      ...{ kind: "send", from: own.pid, to: other },
      message: tuple(atom("io_reply"), ref, tuple(atom("error"), atom("enotsup"))),
    });
  });
});
