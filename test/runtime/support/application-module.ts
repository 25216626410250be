/** The callback module of applications that start as their argument says, in Erlang and in JavaScript. */
export const applicationErlang = `
-module(appmod).
-export([start/2, start_phase/3, prep_stop/1, stop/1, config_change/3]).
start(Type, {App, What}) -> tell({start, Type, App}), run(App, What).
run(App, top) -> supervised:start_link(top(App), {ok, {#{}, []}});
run(App, state) -> {ok, Pid} = supervised:start_link(top(App), {ok, {#{}, []}}), {ok, Pid, {state, App}};
run(_, {return, Term}) -> Term;
run(_, {do, {error, R}}) -> error(R);
run(_, {do, {exit, R}}) -> exit(R);
run(_, {do, {throw, T}}) -> throw(T).
start_phase(Phase, Type, Args) -> tell({phase, Phase, Type, Args}), ok.
prep_stop(State) -> tell({prep_stop, State}), {prepared, State}.
stop(State) -> tell({stop, State}).
config_change(Changed, New, Removed) ->
  tell({config_change, lists:sort(Changed), lists:sort(New), lists:sort(Removed)}), ok.
top(App) -> list_to_atom(atom_to_list(App) ++ "_top").
tell(What) -> catch (keeper ! What), ok.
`;

export const applicationJs = `
const api = require("relupctl/runtime");
const { atom, tuple, list, string, nil, record, supervisor, apply, send, isTuple, isAtom, whereis, map } = api;
exports.behaviour = "application";
exports.start = (type, argument) => {
  const [app, what] = argument.elements;
  tell(tuple(atom("start"), type, app));
  return run(app, what);
};
const run = async (app, what) => {
  const top = () => apply(atom("supervised"), atom("start_link"), [atom(app.name + "_top"), tuple(atom("ok"), tuple(map([]), nil))]);
  if (isAtom(what, "top")) return top();
  if (isAtom(what, "state")) return tuple(atom("ok"), (await top()).elements[1], tuple(atom("state"), app));
  if (isTuple(what, "return")) return what.elements[1];
  const [kind, value] = what.elements[1].elements;
  return { error: api.error, exit: api.exit, throw: api.throw_ }[kind.name](value);
};
exports.start_phase = (phase, type, args) => tell(tuple(atom("phase"), phase, type, args));
exports.prep_stop = (state) => { tell(tuple(atom("prep_stop"), state)); return tuple(atom("prepared"), state); };
exports.stop = (state) => tell(tuple(atom("stop"), state));
exports.config_change = async (changed, added, removed) => {
  const sorted = await Promise.all([changed, added, removed].map((l) => apply(atom("lists"), atom("sort"), [l])));
  return tell(tuple(atom("config_change"), ...sorted));
};
const tell = (what) => { if (whereis(atom("keeper"))) send(atom("keeper"), what); return atom("ok"); };
`;
