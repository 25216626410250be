import { inspect } from "node:util";
import { expect, it } from "vitest";
import { atom, binary, List, list, Pid, Reference, tuple, type Term, type Tuple } from "../../src/terms/term.js";
import { decodeTerm } from "../../src/terms/etf/decode.js";
import type { Mfa, Outcome } from "../../src/target/target.js";
import { describeErlang } from "../support/erlang.js";
import { startNode } from "../support/peer.js";
import { connectTo, eventually, useNode } from "./support.js";

const timeoutMs = 30_000;
const erlang = (name: string, ...args: Term[]): Mfa => ({ module: "erlang", function: name, args });

describeErlang("a hidden node", () => {
  const node = useNode();

  it("is not among the nodes, but among the hidden ones", async () => {
    await using target = await connectTo(node());
    expect(await node().eval("{nodes(), nodes(hidden)}")).toBe(`{[],['${target.ownNode}']}`);
    expect(await node().eval("net_adm:names()")).toBe(`{ok,[{"${node().name.split("@")[0]!}",${node().port}}]}`);
  });

  it("is not told to the nodes that are connected with it", async () => {
    await using other = await startNode({ cookie: node().cookie });
    expect(await other.eval(`net_adm:ping('${node().name}')`)).toBe("pong");
    {
      await using target = await connectTo(node());
      await target.call(erlang("abs", 1), { timeoutMs });
      await node().eval("global:sync()");
      expect(await other.eval("{nodes(), nodes(hidden)}")).toBe(`{[${node().name}],[]}`);
    }
    expect(await other.eval("{nodes(), nodes(hidden)}")).toBe(`{[${node().name}],[]}`);
  });

  it("shows its cookie to nobody", async () => {
    await using target = await connectTo(node());
    const call = target.call({ module: "timer", function: "sleep", args: [50] }, { timeoutMs });
    const shown = inspect(target, { depth: 20, showHidden: true }) + JSON.stringify(target);
    expect(shown).toContain(node().name);
    expect(shown).not.toContain(node().cookie);
    await call;
  });

  it("leaves nothing when it closes", async () => {
    // What a test before has closed may be there for a moment yet; what is new is counted.
    await eventually(async () => (await node().eval("nodes(hidden)")) === "[]");
    await node().eval("persistent_term:put(before, {processes(), erlang:ports()})");
    const added = `begin {Processes, Ports} = persistent_term:get(before),
      {nodes(hidden), processes() -- [self() | Processes], erlang:ports() -- Ports} end`;
    const target = await connectTo(node());
    const spawned = target.call(erlang("spawn_link", atom("timer"), atom("sleep"), list(20)), { timeoutMs });
    await spawned;
    await Promise.all(
      Array.from({ length: 100 }, () =>
        target.call({ module: "timer", function: "sleep", args: [30] }, { timeoutMs: 1 }),
      ),
    );
    expect(await node().eval(added)).not.toBe("{[],[],[]}");
    await target[Symbol.asyncDispose]();
    expect(await target.down).toMatchObject({ kind: "closed" });
    expect(await target.call(erlang("abs", 1), { timeoutMs })).toMatchObject({ kind: "not_sent" });
    await eventually(async () => (await node().eval(added)) === "{[],[],[]}");
    await target[Symbol.asyncDispose]();
  });

  it("connects often without new atoms on the node", async () => {
    // A node that sees the end of one connection late gives the next one another name: net_kernel must have seen it.
    const connections = "begin _ = sys:get_state(net_kernel), ets:info(sys_dist, size) end";
    const rounds = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        await (await connectTo(node()))[Symbol.asyncDispose]();
        await eventually(async () => (await node().eval(connections)) === "0");
      }
    };
    await rounds(5);
    const before = Number(await node().eval("erlang:system_info(atom_count)"));
    await rounds(20);
    expect(Number(await node().eval("erlang:system_info(atom_count)")) - before).toBeLessThan(5);
  });

  it("can have a name of its own", async () => {
    await using target = await connectTo(node(), { name: "me" });
    expect(target.ownNode).toBe("me@localhost");
    await eventually(async () => (await node().eval("nodes(hidden)")) === "[me@localhost]");
    expect(target.self).toEqual(new Pid(atom("me@localhost"), 1, 0, target.self.creation));
  });

  it("is there for several clients at once", async () => {
    const targets = await Promise.all(Array.from({ length: 10 }, () => connectTo(node())));
    expect(new Set(targets.map(({ ownNode }) => ownNode)).size).toBe(10);
    const outcomes = targets.map((target, index) => target.call(erlang("abs", -index), { timeoutMs }));
    expect(await Promise.all(outcomes)).toEqual(targets.map((_, value) => ({ kind: "returned", value })));
    await Promise.all(targets.map((target) => target[Symbol.asyncDispose]()));
  });

  it("answers a ping, which would cut the connection otherwise, and what asks for more than it has", async () => {
    await using target = await connectTo(node(), { name: "asked" });
    expect(await node().eval("net_adm:ping(asked@localhost)")).toBe("pong");
    const oldPing = "{net_kernel, asked@localhost} ! {'$gen_call', {self(), tag}, {is_auth, node()}}";
    expect(await node().eval(`${oldPing}, receive M -> M after 30000 -> late end`)).toBe("{tag,yes}");
    expect(await node().eval("catch erpc:call(asked@localhost, erlang, abs, [1], 30000)")).toContain("notsup");
    expect(await node().eval("catch gen_server:call({server, asked@localhost}, hello, 30000)")).toContain("noproc");
    await eventually(async () => (await node().eval("nodes(hidden)")) === "[asked@localhost]");
    expect(target.ownNode).toBe("asked@localhost");
  });
});

describeErlang("our own process", () => {
  const node = useNode();

  it("can be sent to, linked, monitored and killed", async () => {
    const target = await connectTo(node());
    const signals: unknown[] = [];
    target.onSignal((signal) => signals.push(signal));
    const run = async (expressions: string, us = target.self): Promise<Outcome> => {
      const source = `{ok, T, _} = erl_scan:string("${expressions}."), {ok, F} = erl_parse:parse_exprs(T), F`;
      const forms = await node().eval(`binary_to_list(base64:encode(term_to_binary(begin ${source} end)))`);
      const bindings = list(tuple(atom("Us"), us));
      const args = [decodeTerm(Buffer.from(forms.slice(1, -1), "base64")), bindings];
      return target.call({ module: "erl_eval", function: "exprs", args }, { timeoutMs });
    };
    const evaluate = async (expressions: string): Promise<Term> => {
      const outcome = await run(expressions);
      if (outcome.kind !== "returned") throw new Error(JSON.stringify(outcome));
      return (outcome.value as Tuple).elements[1]!;
    };
    await evaluate("Us ! hello");
    await eventually(() => signals.length === 1);
    expect(signals.pop()).toEqual({ kind: "message", message: atom("hello") });

    // A process that watches us, as a lease does: it is told when our connection ends.
    const watcher = (await evaluate(`spawn(fun() ->
      Ref = monitor(process, Us), link(Us), process_flag(trap_exit, true), register(watcher, self()),
      receive {ping, From} -> From ! pong end, unlink(Us), link(Us),
      receive {'EXIT', Us, noconnection} -> ok end,
      receive {'DOWN', Ref, process, Us, noconnection} -> unregister(watcher), register(told, self()), receive stop -> ok end end
    end)`)) as Pid;
    expect(watcher).toBeInstanceOf(Pid);
    await eventually(async () => (await node().eval("is_pid(whereis(watcher))")) === "true");
    target.send("watcher", tuple(atom("ping"), target.self));
    await eventually(() => signals.length === 1);
    expect(signals.pop()).toEqual({ kind: "message", message: atom("pong") });

    const victim = (await evaluate("spawn(fun() -> receive bye -> exit(said_bye) end end)")) as Pid;
    const ref = target.monitor(victim);
    expect(ref).toBeInstanceOf(Reference);
    target.send(victim, atom("bye"));
    await eventually(() => signals.length === 1);
    expect(signals.pop()).toEqual({ kind: "down", ref, process: victim, reason: atom("said_bye") });
    const nobody = target.monitor("no_such_name");
    await eventually(() => signals.length === 1);
    expect(signals.pop()).toMatchObject({ kind: "down", ref: nobody, reason: atom("noproc") });

    await evaluate("exit(Us, kill)");
    await eventually(() => signals.length === 1);
    expect(signals.pop()).toMatchObject({ kind: "exit", reason: atom("kill"), linked: false });
    await evaluate("spawn(fun() -> link(Us), exit(linked) end)");
    await eventually(() => signals.length === 1);
    expect(signals.pop()).toMatchObject({ kind: "exit", reason: atom("linked"), linked: true });

    const noOne = new Pid(target.self.node, 55, 0, target.self.creation);
    const noproc = { kind: "raised", class: "exit", reason: tuple(atom("signal"), atom("noproc")) };
    expect(await run("link(Us), timer:sleep(infinity)", noOne)).toEqual(noproc);

    const stop = target.onSignal(() => signals.push("heard"));
    stop();
    await target[Symbol.asyncDispose]();
    await eventually(async () => (await node().eval("is_pid(whereis(told))")) === "true");
  });

  it("sends in order, large messages too", async () => {
    await using target = await connectTo(node());
    await node().eval(`spawn(fun() -> register(sink, self()),
      Loop = fun Loop(Seen) -> receive
          {get, From} -> From ! lists:reverse(Seen);
          {N, B} -> Loop([{N, byte_size(B)} | Seen])
        end end,
      Loop([]) end)`);
    await eventually(async () => (await node().eval("is_pid(whereis(sink))")) === "true");
    const sizes = [1, 200_000, 2, 5_000_000, 3, 65_536];
    sizes.forEach((size, index) => {
      target.send("sink", tuple(index, binary(new Uint8Array(size))));
    });
    let answer: Term | undefined;
    target.onSignal((signal) => {
      if (signal.kind === "message") answer = signal.message;
    });
    target.send("sink", tuple(atom("get"), target.self));
    await eventually(() => answer !== undefined);
    expect(answer).toEqual(new List(sizes.map((size, index) => tuple(index, size))));
    expect(() => {
      target.send("sink", 0.5);
    }).toThrow("expected");
  });
});
