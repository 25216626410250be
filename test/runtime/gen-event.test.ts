import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { describeErlang, useOracle } from "../support/erlang.js";
import { bootTest } from "./support/boot.js";
import { loadErlang, ONE_SCHEDULER, onBoth } from "./support/oracle.js";
import { propertyRuns } from "./support/runs.js";

const RUNS = propertyRuns(200);

const erlang = (name: string): string => `-module(${name}).
-export([init/1, handle_event/2, handle_call/2, handle_info/2, terminate/2, code_change/3]).
init({return, T}) -> T;
init({error, R}) -> error(R);
init(S) -> {ok, S}.
handle_event({return, T}, _) -> T;
handle_event({error, R}, _) -> error(R);
handle_event(E, S) -> {ok, {event, E, S}}.
handle_call({return, T}, _) -> T;
handle_call({error, R}, _) -> error(R);
handle_call(Q, S) -> {ok, {answer, Q, S}, {called, S}}.
handle_info(M, S) -> {ok, {info, M, S}}.
terminate(R, S) -> {terminated, R, S}.
code_change(_, _, {return, T}) -> T;
code_change(V, S, E) -> {ok, {changed, V, S, E}}.
`;
const js = `const { atom, tuple, isTuple, error } = require("relupctl/runtime");
exports.behaviour = "gen_event";
const special = (t) => isTuple(t, "return", 2) ? t.elements[1] : isTuple(t, "error", 2) ? error(t.elements[1]) : undefined;
exports.init = (s) => special(s) ?? tuple(atom("ok"), s);
exports.handle_event = (e, s) => special(e) ?? tuple(atom("ok"), tuple(atom("event"), e, s));
exports.handle_call = (q, s) => special(q) ?? tuple(atom("ok"), tuple(atom("answer"), q, s), tuple(atom("called"), s));
exports.handle_info = (m, s) => tuple(atom("ok"), tuple(atom("info"), m, s));
exports.terminate = (r, s) => tuple(atom("terminated"), r, s);
exports.code_change = (v, s, e) => isTuple(e, "return", 2) ? e.elements[1] : tuple(atom("ok"), tuple(atom("changed"), v, s, e));
`;

const handler = fc.constantFrom("hone", "htwo", "{hone,1}", "{hone,2}", "nomod");
const term = fc.constantFrom(
  "x",
  "{return,{ok,r}}",
  "{return,remove_handler}",
  "{return,{remove_handler,r}}",
  "{return,nonsense}",
  "{error,bad}",
  "{return,{ok,a,b}}",
  "1",
);
const step = fc.oneof(
  fc.tuple(handler, term).map(([h, args]) => `gen_event:add_handler(ev, ${h}, ${args})`),
  fc.tuple(handler, term).map(([h, args]) => `gen_event:delete_handler(ev, ${h}, ${args})`),
  fc.tuple(handler, term).map(([h, query]) => `gen_event:call(ev, ${h}, ${query})`),
  term.map((event) => `gen_event:sync_notify(ev, ${event})`),
  term.map((event) => `begin gen_event:notify(ev, ${event}), gen_event:which_handlers(ev) end`),
  fc.constantFrom(
    "begin catch (ev ! hello), gen_event:which_handlers(ev) end",
    "gen:call(whereis(ev), self(), get_modules)",
    "sys:get_state(ev)",
    "sys:get_status(ev)",
    "sys:replace_state(ev, fun({M, I, S}) -> {M, I, {replaced, S}} end)",
    "sys:replace_state(ev, fun(_) -> nonsense end)",
    "sys:change_code(ev, hone, 1, x)",
    "proc_lib:translate_initial_call(whereis(ev))",
    "gen_event:stop(ev)",
    "element(1, gen_event:start({local, ev}))",
    "gen_event:call(nobody, hone, x)",
  ),
  fc
    .tuple(fc.constantFrom("hone", "htwo"), term)
    .map(
      ([module, extra]) =>
        `case whereis(ev) of undefined -> none; _ -> sys:suspend(ev), R = sys:change_code(ev, ${module}, old, ${extra}), sys:resume(ev), R end`,
    ),
);

const CLEAN = `case whereis(ev) of undefined -> ok; Old -> R = monitor(process, Old), exit(Old, kill), receive {'DOWN', R, _, _, _} -> ok end end`;

describeErlang("an event manager and OTP's", () => {
  const oracle = useOracle(ONE_SCHEDULER);
  beforeAll(async () => {
    for (const name of ["hone", "htwo"]) await loadErlang(oracle.run, erlang(name));
  });

  it("do alike with every sequence of events, requests and code changes", async () => {
    await using test = await bootTest([{ modules: { hone: js, htwo: js } }]);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const sources = ["element(1, gen_event:start({local, ev}))", ...steps];
        const { ours, theirs } = await onBoth(oracle.run, test.node, sources, CLEAN);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: RUNS },
    );
  });
});
