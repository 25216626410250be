import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { atom, binary, List, list, string, tuple, type Bitstring, type Term } from "../../src/terms/term.js";
import { decodeTerm } from "../../src/terms/etf/decode.js";
import { encodeTerm } from "../../src/terms/etf/encode.js";
import type { Mfa, Outcome } from "../../src/target/target.js";
import type { RemoteNode } from "../../src/distribution/index.js";
import { describeErlang } from "../support/erlang.js";
import { startNode, type PeerNode } from "../support/peer.js";
import { anyTerm } from "./generators.js";
import { connectTo, eventually, outcomeTerm, useNode } from "./support.js";

const timeoutMs = 30_000;
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
      R = try {returned, erpc:call('${node().name}', M, F, A, 30000)}
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
    ["killed", "exit(self(), kill), timer:sleep(infinity)"],
    ["ended by an exit signal", "exit(self(), {some, reason}), timer:sleep(infinity)"],
    ["by a linked process", "spawn_link(fun() -> exit(linked) end), timer:sleep(infinity)"],
    ["an error in a fun", "lists:map(fun(X) -> X + a end, [1])"],
    ["a nocatch in a linked process", "spawn_link(fun() -> exit({nocatch, 1}) end), timer:sleep(infinity)"],
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
      values.map((value) => target.call(erlang("abs", -value), { timeoutMs: 50_000 })),
    );
    expect(outcomes).toEqual(values.map((value) => ({ kind: "returned", value })));
  });

  it("carry 20 MB both ways, while small ones are answered", async () => {
    const size = 20 * 1024 * 1024;
    const bytes = Uint8Array.from({ length: size }, (_, index) => index % 253);
    const large = target.call(erlang("hd", list(binary(bytes))), { timeoutMs: 50_000 });
    const small = Array.from({ length: 100 }, (_, index) => target.call(erlang("abs", index), { timeoutMs: 50_000 }));
    expect(await Promise.all(small)).toEqual(small.map((_, value) => ({ kind: "returned", value })));
    const outcome = await large;
    expect(outcome.kind).toBe("returned");
    const { bytes: back } = (outcome as { value: Bitstring }).value;
    expect(Buffer.compare(back, bytes)).toBe(0);
    const many = await target.call({ module: "lists", function: "seq", args: [1, 500_000] }, { timeoutMs: 50_000 });
    expect((many as { value: List }).value.elements.length).toBe(500_000);
  });

  it("that are given too little time leave nothing behind, and their answer is ignored", async () => {
    const executing = `length([P || P <- processes(), {initial_call, {erpc, execute_call, 4}} <-
      [process_info(P, initial_call)]])`;
    // It answers the call when it is told to, which is long after the call's time.
    await node().eval(`register(late_one, spawn(fun() ->
      receive {system, From, get_state} -> receive answer -> gen:reply(From, {ok, state}) end end end))`);
    const late = await target.call(
      { module: "sys", function: "get_state", args: [atom("late_one"), atom("infinity")] },
      { timeoutMs: 50 },
    );
    expect(late).toEqual({ kind: "unknown", cause: "timeout" });
    // The call was given up, not killed: it runs until it is answered.
    await eventually(async () => (await node().eval(executing)) === "1");
    const monitored = `[M || P <- processes(), {monitored_by, L} <- [process_info(P, monitored_by)], M <- L,
      node(M) =:= '${target.ownNode}']`;
    await eventually(async () => (await node().eval(monitored)) === "[]");
    expect(await node().eval(executing)).toBe("1");
    await node().eval("late_one ! answer");
    await eventually(async () => (await node().eval(executing)) === "0");
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
      client: target.self,
    });
  });
});
