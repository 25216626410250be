import { inspect } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  atom,
  binary,
  List,
  list,
  Pid,
  Reference,
  string,
  tuple,
  type Bitstring,
  type Tuple,
  type Term,
} from "../../src/terms/term.js";
import { decodeTerm } from "../../src/terms/etf/decode.js";
import { encodeTerm } from "../../src/terms/etf/encode.js";
import type { Mfa, Outcome } from "../../src/target/target.js";
import type { RemoteNode } from "../../src/distribution/index.js";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { anyTerm } from "./generators.js";
import { connectTo, eventually, outcomeTerm, useNode } from "./support.js";

const timeoutMs = 10_000;
const erlang = (name: string, ...args: Term[]): Mfa => ({ module: "erlang", function: name, args });

describeErlang("calls to a real node", () => {
  const node = useNode();
  let target: RemoteNode;
  /** Another real node that calls the first with erpc:call/5: what it gets is what we must get. */
  let caller: PeerNode;

  beforeAll(async () => {
    caller = await startNode({ cookie: node().cookie });
    target = await connectTo(node());
  });
  afterAll(async () => {
    await target[Symbol.asyncDispose]();
    await caller.stop();
  });

  /** What erpc:call/5 makes of the same call, from the other node. */
  const expected = async ({ module, function: name, args }: Mfa): Promise<Term> => {
    const mfa = Buffer.from(encodeTerm(tuple(atom(module), atom(name), new List(args)))).toString("base64");
    const answer = await caller.eval(`
      {M, F, A} = binary_to_term(base64:decode("${mfa}")),
      R = try {returned, erpc:call('${node().name}', M, F, A, 10000)}
          catch throw:T -> {throw, T};
                exit:{exception, E} -> {exit, E};
                exit:{signal, E} -> {exit, {signal, E}};
                error:{exception, E, _} -> {error, E};
                error:{erpc, E} -> {error, {erpc, E}}
          end,
      binary_to_list(base64:encode(term_to_binary(R))).`);
    return decodeTerm(Buffer.from(answer.slice(1, -1), "base64"));
  };

  const same = async (mfa: Mfa): Promise<Outcome> => {
    const outcome = await target.call(mfa, { timeoutMs });
    expect(outcomeTerm(outcome)).toEqual(await expected(mfa));
    return outcome;
  };

  /** `erl_eval:exprs/2` of the expressions, parsed on the node. */
  const evaluation = async (expressions: string): Promise<Mfa> => {
    const forms = await node().eval(`
      {ok, Tokens, _} = erl_scan:string("${expressions}."), {ok, Forms} = erl_parse:parse_exprs(Tokens),
      binary_to_list(base64:encode(term_to_binary(Forms))).`);
    const parsed = decodeTerm(Buffer.from(forms.slice(1, -1), "base64"));
    return { module: "erl_eval", function: "exprs", args: [parsed, list()] };
  };

  it.each<[string, Mfa]>([
    ["a value", erlang("abs", -5)],
    ["the node's name", erlang("node")],
    ["an atom", erlang("whereis", atom("nobody"))],
    ["throw", erlang("throw", tuple(1, 2))],
    ["exit", erlang("exit", atom("why"))],
    ["exit normal", erlang("exit", atom("normal"))],
    ["error", erlang("error", atom("why"))],
    ["badarg", erlang("hd", list())],
    ["badarith", erlang("div", 1, 0)],
    ["no such module", { module: "no_such_module", function: "f", args: [] }],
    ["no such function", erlang("no_such_function", 1, 2)],
    ["a wrong number of arguments", erlang("abs")],
    ["function_clause", { module: "lists", function: "nth", args: [0, list(1)] }],
    ["noproc", { module: "gen_server", function: "call", args: [atom("nobody"), 1] }],
    ["what looks like an answer", erlang("exit", tuple(1, atom("return"), 2))],
    ["what looks like a signal", erlang("exit", tuple(atom("signal"), 2))],
    ["too many arguments", { module: "m", function: "f", args: Array.from({ length: 256 }, () => 1) }],
    ["badrpc as a value", erlang("throw", tuple(atom("badrpc"), atom("nodedown")))],
  ])("end as with erpc:call: %s", async (_, mfa) => {
    await same(mfa);
  });

  it.each([
    ["killed", "exit(self(), kill), timer:sleep(5000)"],
    ["ended by an exit signal", "exit(self(), {some, reason}), timer:sleep(5000)"],
    ["by a linked process", "spawn_link(fun() -> exit(linked) end), timer:sleep(5000)"],
    ["an error in a fun", "lists:map(fun(X) -> X + a end, [1])"],
    ["a nocatch in a linked process", "spawn_link(fun() -> exit({nocatch, 1}) end), timer:sleep(5000)"],
  ])("end as with erpc:call: %s", async (_, expressions) => {
    await same(await evaluation(expressions));
  });

  it("carry any term there, back, and in what is raised", async () => {
    const kind = fc.constantFrom("hd", "throw", "exit", "error");
    await fc.assert(
      fc.asyncProperty(anyTerm, kind, async (term, name) => {
        const mfa = erlang(name, name === "hd" ? list(term) : term);
        const outcome = await target.call(mfa, { timeoutMs });
        const value = outcome.kind === "returned" ? outcome.value : outcome.kind === "raised" ? outcome.reason : 0;
        expect(outcome.kind).toBe(name === "hd" ? "returned" : "raised");
        // Maps come back in the order of their keys: Erlang decides whether the terms are equal.
        const check = erlang("=:=", value, term);
        expect(await target.call(check, { timeoutMs })).toEqual({ kind: "returned", value: atom("true") });
      }),
      { numRuns: 300 },
    );
  });

  it("that raise any term end as with erpc:call", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.constantFrom("throw", "exit", "error"), async (term, name) => {
        await same(erlang(name, tuple(term, atom(name))));
      }),
      { numRuns: 100 },
    );
  });

  it("can be made 10,000 at once", async () => {
    const values = Array.from({ length: 10_000 }, (_, index) => index);
    const outcomes = await Promise.all(
      values.map((value) => target.call(erlang("abs", -value), { timeoutMs: 30_000 })),
    );
    expect(outcomes).toEqual(values.map((value) => ({ kind: "returned", value })));
  });

  it("carry 20 MB both ways, while small ones are answered", async () => {
    const size = 20 * 1024 * 1024;
    const bytes = Uint8Array.from({ length: size }, (_, index) => index % 253);
    const large = target.call(erlang("hd", list(binary(bytes))), { timeoutMs: 30_000 });
    const small = Array.from({ length: 100 }, (_, index) => target.call(erlang("abs", index), { timeoutMs: 30_000 }));
    expect(await Promise.all(small)).toEqual(small.map((_, value) => ({ kind: "returned", value })));
    const outcome = await large;
    expect(outcome.kind).toBe("returned");
    const { bytes: back } = (outcome as { value: Bitstring }).value;
    expect(Buffer.compare(back, bytes)).toBe(0);
    const many = await target.call({ module: "lists", function: "seq", args: [1, 500_000] }, { timeoutMs: 30_000 });
    expect((many as { value: List }).value.elements.length).toBe(500_000);
  });

  it("that are given too little time leave nothing behind, and their answer is ignored", async () => {
    const sleepers = `length([P || P <- processes(), {initial_call, {erpc, execute_call, 4}} <-
      [process_info(P, initial_call)]])`;
    const late = await target.call({ module: "timer", function: "sleep", args: [300] }, { timeoutMs: 50 });
    expect(late).toEqual({ kind: "unknown", cause: "timeout" });
    const monitored = `[M || P <- processes(), {monitored_by, L} <- [process_info(P, monitored_by)], M <- L,
      node(M) =:= '${target.ownNode}']`;
    expect(await node().eval(monitored)).toBe("[]");
    await eventually(async () => (await node().eval(sleepers)) === "0");
    expect(await target.call(erlang("abs", -1), { timeoutMs })).toEqual({ kind: "returned", value: 1 });
  });

  it("that can't be encoded were not sent", async () => {
    const outcome = await target.call({ module: "x".repeat(256), function: "f", args: [] }, { timeoutMs });
    expect(outcome).toMatchObject({ kind: "not_sent" });
    expect(await target.call(erlang("abs", 0.5), { timeoutMs })).toMatchObject({ kind: "not_sent" });
  });

  it("write to the node's own output, and never wait for it", async () => {
    const format = { module: "io", function: "format", args: [string("written ~p~n"), list(atom("there"))] };
    expect(await target.call(format, { timeoutMs })).toEqual({ kind: "returned", value: atom("ok") });
    await eventually(() => node().output().includes("written there"));
  });

  it("reach an Erlang that knows itself: identity", async () => {
    const [creation, release] = (await node().eval("{erlang:system_info(creation), erlang:system_info(otp_release)}"))
      .slice(1, -1)
      .split(",");
    expect(target.identity).toEqual({
      ...{ node: node().name, creation: Number(creation), otpRelease: release!.replaceAll('"', "") },
    });
  });
});

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
    const state = "{nodes(hidden), length(processes()), length(erlang:ports())}";
    const before = await node().eval(state);
    const target = await connectTo(node());
    const spawned = target.call(erlang("spawn_link", atom("timer"), atom("sleep"), list(20)), { timeoutMs });
    await spawned;
    await Promise.all(
      Array.from({ length: 100 }, () =>
        target.call({ module: "timer", function: "sleep", args: [30] }, { timeoutMs: 1 }),
      ),
    );
    await target[Symbol.asyncDispose]();
    expect(await target.down).toMatchObject({ kind: "closed" });
    expect(await target.call(erlang("abs", 1), { timeoutMs })).toMatchObject({ kind: "not_sent" });
    await eventually(async () => (await node().eval(state)) === before);
    await target[Symbol.asyncDispose]();
  });

  it("connects often without new atoms on the node", async () => {
    const rounds = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await (await connectTo(node()))[Symbol.asyncDispose]();
    };
    // A node that sees the end of one connection late gives the next one another name.
    await rounds(5);
    const before = Number(await node().eval("erlang:system_info(atom_count)"));
    await rounds(20);
    expect(Number(await node().eval("erlang:system_info(atom_count)")) - before).toBeLessThan(5);
  });

  it("can have a name of its own", async () => {
    await using target = await connectTo(node(), { name: "me" });
    expect(target.ownNode).toBe("me@localhost");
    expect(await node().eval("nodes(hidden)")).toBe("[me@localhost]");
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
    await using target = await connectTo(node(), { name: "me" });
    expect(await node().eval("net_adm:ping(me@localhost)")).toBe("pong");
    const oldPing = "{net_kernel, me@localhost} ! {'$gen_call', {self(), tag}, {is_auth, node()}}";
    expect(await node().eval(`${oldPing}, receive M -> M after 5000 -> late end`)).toBe("{tag,yes}");
    expect(await node().eval("catch erpc:call(me@localhost, erlang, abs, [1], 2000)")).toContain("notsup");
    expect(await node().eval("catch gen_server:call({server, me@localhost}, hello, 2000)")).toContain("noproc");
    expect(await node().eval("nodes(hidden)")).toBe("[me@localhost]");
    expect(target.ownNode).toBe("me@localhost");
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
    expect(await run("link(Us), timer:sleep(5000)", noOne)).toEqual(noproc);

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
