import { expect, it } from "vitest";
import { decodeTerm } from "../../../src/terms/etf/decode.js";
import { encodeTerm, EtfError } from "../../../src/terms/etf/encode.js";
import type { List, Tuple } from "../../../src/terms/term.js";
import { atom, ExternalFun, OpaqueFun, Pid, Port, Reference } from "../../../src/terms/term.js";
import { describeErlang, useOracle } from "../../support/erlang.js";
import { each, pack, unpack } from "./batch.js";

describeErlang("what a real node has", () => {
  const oracle = useOracle();

  async function terms(expression: string): Promise<Buffer[]> {
    return unpack(
      await oracle.run(
        `[begin B = term_to_binary(T, [{minor_version, 1}]), <<(byte_size(B)):32, B/binary>> end || T <- ${expression}].`,
      ),
    );
  }

  it.each([
    ["pids", "erlang:processes()", Pid],
    ["ports", "erlang:ports()", Port],
    ["references", "[make_ref(), ets:new(table, []), atomics:new(1, []) | [alias() || _ <- [1,2]]]", Reference],
    ["external funs", "[fun lists:map/2, fun erlang:'+'/2, fun 'Elixir.A':'f!'/0]", ExternalFun],
  ] as const)("%s go there and back byte for byte", async (_name, expression, kind) => {
    const samples = await terms(expression);
    expect(samples.length).toBeGreaterThan(0);
    const ours = samples.map((bytes) => {
      const term = decodeTerm(bytes);
      expect(term).toBeInstanceOf(kind);
      return Buffer.from(encodeTerm(term));
    });
    const again = "fun(Bytes) -> term_to_binary(binary_to_term(Bytes), [{minor_version, 1}]) end";
    expect(await each(oracle, again, ours)).toEqual(samples);
    // Since OTP 26 all ports are written in the form for large ids, which nodes before OTP 24 don't read.
    if (kind !== Port || (await oracle.otpRelease()) < 26) expect(ours).toEqual(samples);
  });

  it("pids are what the node prints", async () => {
    const reply = await oracle.run('[term_to_binary(self()), "|", pid_to_list(self())].');
    const text = reply.subarray(reply.lastIndexOf("|") + 1).toString();
    const pid = decodeTerm(reply.subarray(0, reply.lastIndexOf("|"))) as Pid;
    expect(`<0.${pid.id}.${pid.serial}>`).toBe(text);
    expect(pid.node).toBe(atom("nonode@nohost"));
  });

  it("references are what the node prints", async () => {
    const reply = await oracle.run('Ref = make_ref(), [term_to_binary(Ref), "|", ref_to_list(Ref)].');
    const text = reply.subarray(reply.lastIndexOf("|") + 1).toString();
    const reference = decodeTerm(reply.subarray(0, reply.lastIndexOf("|"))) as Reference;
    expect(`#Ref<0.${reference.words.toReversed().join(".")}>`).toBe(text);
  });

  const FUNS = `begin
    A = 1, B = {self(), make_ref(), <<1:3>>, #{x => 1.5}}, C = fun() -> {A, B} end,
    [fun() -> A end, fun(X) -> X + A end, C, fun(X, Y) -> {X, Y, C, [C | B]} end]
  end`;

  it("funs keep their bytes, and are the same funs when they come back", async () => {
    const samples = await terms(FUNS);
    expect(samples.length).toBe(4);
    const expected = await oracle.run(
      `lists:map(fun(F) -> {arity, Arity} = erlang:fun_info(F, arity), {module, M} = erlang:fun_info(F, module),
        io_lib:format("~s ~w;", [M, Arity]) end, ${FUNS}).`,
    );
    const funs = samples.map((bytes) => decodeTerm(bytes) as OpaqueFun);
    expect(funs.map((fun) => `${fun.module.name} ${fun.arity};`).join("")).toBe(expected.toString());
    for (const [index, fun] of funs.entries()) {
      expect(fun).toBeInstanceOf(OpaqueFun);
      expect(Buffer.from(encodeTerm(fun))).toEqual(samples[index]);
    }
    const applied = await each(
      oracle,
      "fun(Bytes) -> F = binary_to_term(Bytes), true = is_function(F, 0), integer_to_binary(F()) end",
      [encodeTerm(funs[0]!)],
    );
    expect(applied[0]!.toString()).toBe("1");
  });

  it("funs are refused when cut anywhere, and read in the middle of other terms", async () => {
    const samples = await terms(FUNS);
    for (const bytes of samples) {
      for (let length = 1; length < bytes.length; length++) {
        expect(() => decodeTerm(bytes.subarray(0, length))).toThrow(EtfError);
      }
      const twice = Buffer.concat([Buffer.from([131, 104, 2]), bytes.subarray(1), bytes.subarray(1)]);
      const pair = decodeTerm(twice) as Tuple;
      expect(pair.elements[1]).toEqual(decodeTerm(bytes));
    }
  });

  it("the state of a whole node is read", async () => {
    const reply = await oracle.run(`term_to_binary([
      [{P, process_info(P)} || P <- processes()], application:loaded_applications(), code:all_loaded(),
      [ets:info(T) || T <- ets:all()], ets:tab2list(ac_tab), sys:get_state(kernel_sup), init:get_arguments(),
      erlang:system_info(allocator), code:module_info()]).`);
    const term = decodeTerm(reply) as List;
    expect(term.elements.length).toBe(9);
    const back = await each(oracle, "fun(Bytes) -> term_to_binary(binary_to_term(Bytes)) end", [encodeTerm(term)]);
    expect(pack(back)).toEqual(pack([reply]));
  });
});
