import type { TestApplication } from "./boot.js";

/** A server that does what its requests say, in Erlang and in JavaScript: the same requests must give the same answers. */
export const subjectErlang = `
-module(subject).
-export([start/1, start/2, start_link/2, init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, code_change/3]).
start(Args) -> gen_server:start_link(subject, Args, []).
start(Name, Args) -> gen_server:start({local, Name}, subject, Args, []).
start_link(Name, Args) -> gen_server:start_link({local, Name}, subject, Args, []).
init({return, Term}) -> Term;
init({do, What}) -> do(What);
init({unless, Name}) -> case whereis(Name) of undefined -> {ok, free}; _ -> {stop, blocked} end;
init(State) -> {ok, State}.
handle_call({return, Term}, _From, _State) -> Term;
handle_call({do, What}, _From, _State) -> do(What);
handle_call({set, New}, _From, State) -> {reply, State, New};
handle_call(get, _From, State) -> {reply, State, State};
handle_call(later, From, State) -> gen_server:reply(From, {later, State}), {noreply, State}.
handle_cast({set, New}, _State) -> {noreply, New};
handle_cast({add, What}, State) -> {noreply, {What, State}}.
handle_info(Message, State) -> {noreply, {info, Message, State}}.
handle_continue(What, State) -> {noreply, {continued, What, State}}.
code_change(_Old, _State, {return, Term}) -> Term;
code_change(_Old, _State, {do, What}) -> do(What);
code_change(Old, State, Extra) -> {ok, {changed, Old, State, Extra}}.
do({error, Reason}) -> error(Reason);
do({exit, Reason}) -> exit(Reason);
do({throw, Value}) -> throw(Value).
`;

const subjectJs = `
const api = require("relupctl/runtime");
const { atom, tuple, isTuple, isAtom, gen_server, local, nil, error, exit, throw_ } = api;
exports.behaviour = "gen_server";
exports.start = (name, ...rest) => {
  if (rest.length === 0) return gen_server.start_link(undefined, atom("subject"), name);
  return gen_server.start(local(name), atom("subject"), rest[0]);
};
exports.start_link = (name, args) => gen_server.start_link(local(name), atom("subject"), args);
exports.init = (args) => {
  if (!isTuple(args, "unless", 2)) return special(args) ?? tuple(atom("ok"), args);
  const isFree = api.whereis(args.elements[1]) === undefined;
  return isFree ? tuple(atom("ok"), atom("free")) : tuple(atom("stop"), atom("blocked"));
};
exports.handle_call = async (request, from, state) => {
  if (isTuple(request, "set", 2)) return tuple(atom("reply"), state, request.elements[1]);
  if (isAtom(request, "get")) return tuple(atom("reply"), state, state);
  if (isAtom(request, "later")) {
    gen_server.reply(from, tuple(atom("later"), state));
    return tuple(atom("noreply"), state);
  }
  return special(request) ?? error(atom("function_clause"));
};
exports.handle_cast = (request, state) => {
  if (isTuple(request, "set", 2)) return tuple(atom("noreply"), request.elements[1]);
  if (isTuple(request, "add", 2)) return tuple(atom("noreply"), tuple(request.elements[1], state));
  return error(atom("function_clause"));
};
exports.handle_info = (message, state) => tuple(atom("noreply"), tuple(atom("info"), message, state));
exports.handle_continue = (what, state) => tuple(atom("noreply"), tuple(atom("continued"), what, state));
exports.code_change = (old, state, extra) =>
  special(extra) ?? tuple(atom("ok"), tuple(atom("changed"), old, state, extra));
function special(request) {
  if (isTuple(request, "return", 2)) return request.elements[1];
  if (!isTuple(request, "do", 2)) return undefined;
  const [kind, value] = request.elements[1].elements;
  return { error, exit, throw: throw_ }[kind.name](value);
}
`;

/** A supervisor whose flags and children are its argument. */
export const supervisedErlang = `
-module(supervised).
-export([start_link/2, init/1]).
start_link(Name, Args) -> supervisor:start_link({local, Name}, supervised, Args).
init(Args) -> Args.
`;

const supervisedJs = `
const { atom, local, supervisor } = require("relupctl/runtime");
exports.behaviour = "supervisor";
exports.start_link = (name, args) => supervisor.start_link(local(name), atom("supervised"), args);
exports.init = (args) => args;
`;

/** Runs what it is told and stays, so that what it starts and links to stays too. */
export const keeperErlang = `
-module(keeper).
-export([start/1, loop/0, ask/2, init/1]).
start(Name) ->
  Pid = spawn(keeper, init, [self()]),
  receive {Pid, ready} -> register(Name, Pid), Pid end.
init(Starter) -> process_flag(trap_exit, true), Starter ! {self(), ready}, loop().
loop() ->
  receive
    {ask, From, Ref, {M, F, A}} ->
      From ! {Ref, try {value, apply(M, F, A)} catch C:R -> {raised, C, R} end},
      loop();
    {die, Class, Reason} -> erlang:Class(Reason);
    {messages, From, Ref} ->
      {messages, Messages} = process_info(self(), messages),
      From ! {Ref, Messages},
      loop()
  end.
ask(Name, What) ->
  Ref = monitor(process, Name),
  Name ! case What of messages -> {messages, self(), Ref}; _ -> {ask, self(), Ref, What} end,
  receive {Ref, Answer} -> demonitor(Ref, [flush]), Answer; {'DOWN', Ref, _, _, Reason} -> {down, Reason} end.
`;

const keeperJs = `
const api = require("relupctl/runtime");
const { atom, tuple, list, isTuple, spawn, register, receive, send, self, apply, monitor, demonitor, make_ref } = api;
exports.start = (name) => {
  const pid = spawn(exports.init);
  register(name, pid);
  return pid;
};
exports.init = () => {
  api.trap_exit(true);
  return exports.loop();
};
exports.loop = async () => {
  for (;;) {
    const message = await receive({
      match: (m) => isTuple(m, "ask", 4) || isTuple(m, "messages", 3) || isTuple(m, "die", 3),
    });
    if (isTuple(message, "die")) await apply(atom("erlang"), message.elements[1], [message.elements[2]]);
    const [kind, from, ref, what] = message.elements;
    if (kind === atom("messages")) {
      const info = await apply(atom("erlang"), atom("process_info"), [self(), atom("messages")]);
      send(from, tuple(ref, info.elements[1]));
      continue;
    }
    let answer;
    try {
      answer = tuple(atom("value"), await apply(...what.elements));
    } catch (raised) {
      answer = tuple(atom("raised"), atom(raised.class), raised.reason);
    }
    send(from, tuple(ref, answer));
  }
};
exports.ask = async (name, what) => {
  const ref = monitor(name);
  if (what === atom("messages")) send(name, tuple(what, self(), ref));
  else send(name, tuple(atom("ask"), self(), ref, what));
  const match = (m) => m.elements?.[0] === ref || (isTuple(m, "DOWN", 5) && m.elements[1] === ref);
  const message = await receive({ match });
  if (isTuple(message, "DOWN")) return tuple(atom("down"), message.elements[4]);
  demonitor(ref);
  return message.elements[1];
};
`;

export const subjectApplication: TestApplication = {
  modules: { subject: subjectJs, supervised: supervisedJs, keeper: keeperJs },
};
