import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { describeErlang, useOracle } from "../support/erlang.js";
import { bootTest } from "./support/boot.js";
import { loadErlang, ONE_SCHEDULER, onBoth } from "./support/oracle.js";
import { propertyRuns } from "./support/runs.js";

const RUNS = propertyRuns(150);

/** A process with a loop of its own, which lets sys speak with it; with and without the optional callbacks. */
const erlang = (name: string, withState: boolean): string => `-module(${name}).
-export([start/1, init/2, system_continue/3, system_terminate/4, system_code_change/4]).
${withState ? "-export([system_get_state/1, system_replace_state/2])." : ""}
start(Name) -> proc_lib:start(${name}, init, [self(), Name]).
init(Parent, Name) -> register(Name, self()), proc_lib:init_ack(Parent, {ok, self()}), loop(Parent, [], {state, 0}).
loop(Parent, Debug, State) ->
  receive
    {system, From, Request} -> sys:handle_system_msg(Request, From, Parent, ${name}, Debug, State);
    {From, Ref, get} -> From ! {Ref, State}, loop(Parent, Debug, State);
    {set, New} -> loop(Parent, Debug, New)
  end.
system_continue(Parent, Debug, State) -> loop(Parent, Debug, State).
system_terminate(Reason, _Parent, _Debug, State) -> exit({terminated, Reason, State}).
system_code_change(State, Module, Old, {fail, What}) -> What;
system_code_change(State, Module, Old, {error, What}) -> error(What);
system_code_change(State, Module, Old, Extra) -> {ok, {changed, State, Module, Old, Extra}}.
${
  withState
    ? "system_get_state(State) -> {ok, {shown, State}}.\nsystem_replace_state(Fun, State) -> New = Fun(State), {ok, {replaced, New}, New}."
    : ""
}
`;

const js = (name: string, withState: boolean): string => `const api = require("relupctl/runtime");
const { atom, tuple, isTuple, self, receive, send, register, sys, proc_lib, error, exit } = api;
exports.start = (name) => proc_lib.start(atom("${name}"), atom("init"), [self(), name]);
exports.init = async (parent, name) => {
  register(name, self());
  await proc_lib.init_ack(tuple(atom("ok"), self()));
  return loop(parent, tuple(atom("state"), 0));
};
const loop = async (parent, state) => {
  for (;;) {
    const message = await receive();
    if (isTuple(message, "system", 3)) return sys.handle_system_msg(message, parent, atom("${name}"), state);
    if (isTuple(message, "set", 2)) state = message.elements[1];
    else send(message.elements[0], tuple(message.elements[1], state));
  }
};
exports.system_continue = (parent, debug, state) => loop(parent, state);
exports.system_terminate = (reason, parent, debug, state) => exit(tuple(atom("terminated"), reason, state));
exports.system_code_change = (state, module, old, extra) => {
  if (isTuple(extra, "fail", 2)) return extra.elements[1];
  if (isTuple(extra, "error", 2)) return error(extra.elements[1]);
  return tuple(atom("ok"), tuple(atom("changed"), state, module, old, extra));
};
${
  withState
    ? `exports.system_get_state = (state) => tuple(atom("ok"), tuple(atom("shown"), state));
exports.system_replace_state = async (fun, state) => {
  const next = await api.apply(atom("erlang"), atom("apply"), [fun, api.list(state)]);
  return tuple(atom("ok"), tuple(atom("replaced"), next), next);
};`
    : ""
}
`;

const which = fc.constantFrom("plain", "rich");
const step = fc
  .tuple(
    which,
    fc.oneof(
      fc.constantFrom("sys:suspend(P)", "sys:resume(P)", "sys:get_state(P)", "sys:get_status(P)", "sys:nothing(P)"),
      fc.constantFrom(
        "begin Ref = make_ref(), P ! {self(), Ref, get}, receive {Ref, S} -> S after PATIENCE -> silent end end",
        "P ! {set, 7}",
      ),
      fc.constantFrom("sys:replace_state(P, fun(X) -> {new, X} end)", "sys:replace_state(P, fun(_) -> error(no) end)"),
      fc
        .constantFrom("x", "{fail, nonsense}", "{fail, {error, no}}", "{error, crash}")
        .map((extra) => `sys:change_code(P, mod, "1", ${extra})`),
      fc.constantFrom("proc_lib:translate_initial_call(P)", "gen:call(P, system, odd)"),
      fc.constantFrom(
        "begin R = monitor(process, P), sys:terminate(P, done), receive {'DOWN', R, _, _, Why} -> Why end end",
      ),
    ),
  )
  .map(([module, expression]) => `case whereis(${module}) of undefined -> none; P -> ${expression} end`);

/** A suspended process is silent: one asks it with little patience, others with much. */
function withPatience(steps: readonly string[]): string[] {
  const suspended = new Set<string>();
  return steps.map((each) => {
    const module = each.slice("case whereis(".length, each.indexOf(")"));
    if (each.includes("sys:suspend")) suspended.add(module);
    if (each.includes("sys:resume")) suspended.delete(module);
    return each.replace("PATIENCE", suspended.has(module) ? "20" : "20000");
  });
}

const CLEAN = `[case whereis(N) of undefined -> ok; Old -> R = monitor(process, Old), exit(Old, kill), receive {'DOWN', R, _, _, _} -> ok end end || N <- [plain, rich]]`;
const START = ["plain", "rich"].map((name) => `element(1, ${name}:start(${name}))`);

describeErlang("special processes and OTP's", () => {
  const oracle = useOracle(ONE_SCHEDULER);
  beforeAll(async () => {
    await loadErlang(oracle.run, erlang("plain", false));
    await loadErlang(oracle.run, erlang("rich", true));
  });

  it("answer system messages alike", async () => {
    await using test = await bootTest([{ modules: { plain: js("plain", false), rich: js("rich", true) } }]);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        const { ours, theirs } = await onBoth(oracle.run, test.node, [...START, ...withPatience(steps)], CLEAN);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: RUNS },
    );
  });

  it("stand in sys:suspend_loop while they are suspended, and in their own loop again afterwards", async () => {
    await using test = await bootTest([{ modules: { plain: js("plain", false) } }]);
    // It answers first, and goes on then.
    const comesTo = (module: string): string =>
      `begin Wait = fun Wait() -> case process_info(whereis(w), current_function) of
         {_, {${module}, _, _}} = Found -> Found; _ -> timer:sleep(1), Wait() end end, Wait() end`;
    const where = `element(1, element(2, ${comesTo("plain")}))`;
    const expressions = [
      "begin plain:start(w), ok end",
      where,
      "sys:suspend(w)",
      comesTo("sys"),
      "sys:resume(w)",
      where,
    ];
    const { ours, theirs } = await onBoth(oracle.run, test.node, expressions);
    expect(ours).toEqual(theirs);
    expect(ours.join("\n")).toContain("{current_function,{sys,suspend_loop,6}}");
  });
});

describe("a special process", () => {
  it("goes on in the new code after it was resumed, and the old code can be purged", async () => {
    await using test = await bootTest([{ modules: { plain: js("plain", false) } }]);
    await test.value("plain:start", "plain");
    const pid = await test.value("erlang:whereis", "plain");
    const next = js("plain", false)
      .replace("state)));\n", 'tuple(atom("new"), state))));\n')
      .replace("tuple(message.elements[1], state)", 'tuple(message.elements[1], tuple(atom("new"), state))');
    test.files.files.set("/root/lib/app-1/ebin/plain.js", next);
    expect(await test.call("code:load_file", "plain")).toBe("{module,plain}");
    expect(await test.call("erlang:check_process_code", pid, "plain")).toBe("true");
    expect(await test.call("code:soft_purge", "plain")).toBe("false");
    expect(await test.call("sys:suspend", pid)).toBe("ok");
    expect(await test.call("sys:resume", pid)).toBe("ok");
    expect(await test.call("erlang:check_process_code", pid, "plain")).toBe("false");
    expect(await test.call("code:soft_purge", "plain")).toBe("true");
    expect(await test.call("sys:get_state", pid)).toBe("{state,0}");
  });
});
