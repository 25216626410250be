%% What the twins of the upgrade oracle have beside the application under test: a record of all callbacks, a picture of
%% everything that an upgrade may change, and the way back to a clean node. Nothing of it is ever upgraded.
-module(upgrade_kit).

-export([start/0, note/1, note/2, calls/0]).
-export([start_app/3, kill/1, linger/1, snapshot/2, watch/1, watched/0, clean/3]).

-define(LOG, upgrade_kit_log).

%% ---- The record of callbacks.

%% Starts what holds the record: a process that no application owns.
start() ->
    Starter = self(),
    Holder = spawn(fun() ->
        register(?LOG, self()),
        ets:new(?LOG, [named_table, public, ordered_set]),
        Starter ! {self(), ready},
        receive stop -> ok end
    end),
    receive {Holder, ready} -> ok end.

%% Notes what the calling process does, under its registered name.
note(What) ->
    {_, Name} = hd([Item || {registered_name, _} = Item <- process_info(self(), [registered_name])] ++ [{none, none}]),
    note(Name, What).

note(Who, What) ->
    ets:insert(?LOG, {erlang:unique_integer([monotonic]), Who, What}),
    ok.

%% All that was noted, in the order it happened, as lines; the record is empty afterwards. Within one step OTP goes from
%% process to process in the order of its walk, while the engine works on several at once. So where one instruction has
%% several processes change their code one after another, their order is of no account: each such run is sorted.
calls() ->
    Noted = ets:tab2list(?LOG),
    ets:delete_all_objects(?LOG),
    [line({Who, named(What, #{})}) || {Who, What} <- runs([{Who, What} || {_, Who, What} <- Noted])].

runs([]) -> [];
runs([{_, What} = First | Rest]) ->
    case instruction(What) of
        none -> [First | runs(Rest)];
        Key ->
            {Same, Others} = lists:splitwith(fun({_, Next}) -> instruction(Next) =:= Key end, Rest),
            lists:sort([First | Same]) ++ runs(Others)
    end.

%% What the calls of one code_change instruction have in common. Supervisors call init/1.
instruction({code_change, _Module, _Version, Old, _State, Extra}) -> {Old, Extra};
instruction({code_change, _Module, _Version, Old, _State, Extra, _Named}) -> {Old, Extra};
instruction({init, Module, _Version}) ->
    case atom_to_list(Module) of
        "supervisor" ++ _ -> Module;
        _ -> none
    end;
instruction(_) -> none.

%% ---- The application under test.

%% Starts the application from a directory; modules that nothing has called yet are loaded where asked for.
start_app(App, Dir, Load) ->
    true = code:add_patha(Dir ++ "/ebin"),
    [{module, Module} = code:ensure_loaded(Module) || Module <- Load],
    ok = application:start(App).

%% Kills a process and waits until its supervisor has another one under the name.
kill(Name) ->
    Pid = whereis(Name),
    exit(Pid, kill),
    started(Name, Pid).

started(Name, Before) ->
    case whereis(Name) of
        Pid when is_pid(Pid), Pid =/= Before -> ok;
        _ -> timer:sleep(5), started(Name, Before)
    end.

%% Has a process, which no supervisor knows and which answers nobody, stay in the code of a module as it is now.
linger(Module) ->
    true = register(lingerer(Module), spawn(Module, linger, [])),
    ok.

lingerer(Module) -> list_to_atom(atom_to_list(Module) ++ "_lingerer").

%% ---- The picture, as lines of text. Pids stand in it as the names they are registered under.

snapshot(App, Modules) ->
    Tree = tree(App),
    Names = maps:from_list([{Pid, Name} || {Name, Pid, _} <- Tree]),
    lists:append([
        [line({module, Module, code_of(Module)}) || Module <- Modules],
        [line({lib_dir, code:lib_dir(App)}), line({path, [Dir || Dir <- code:get_path(), belongs(App, Dir)]})],
        [line({running, lists:keyfind(App, 1, application:which_applications()), restart_type(App)})],
        [line({keys, keys(App)})],
        [line({process, Name, status(Pid), named(state(Pid), Names)}) || {Name, Pid, _} <- Tree],
        [line({children, Name, children(Pid, Names)}) || {Name, Pid, supervisor} <- Tree],
        [line({lingerer, Module}) || Module <- Modules, is_pid(whereis(lingerer(Module)))],
        [line({pid, Name, Pid}) || {Name, Pid, _} <- Tree],
        [line({names, lists:sort([Name || {Name, _, _} <- Tree])})]
    ]).

restart_type(App) ->
    {started, Started} = lists:keyfind(started, 1, application:info()),
    lists:keyfind(App, 1, Started).

%% The keys, of which the environment comes in no order of its own.
keys(App) ->
    case application:get_all_key(App) of
        {ok, Keys} -> [{Key, case Key of env -> lists:sort(Value); _ -> Value end} || {Key, Value} <- Keys];
        undefined -> undefined
    end.

%% Loaded code without causing it to be loaded.
code_of(Module) ->
    case erlang:module_loaded(Module) of
        true ->
            {binary:encode_hex(erlang:get_module_info(Module, md5)), code:is_loaded(Module), erlang:check_old_code(Module)};
        false ->
            {not_loaded, erlang:check_old_code(Module)}
    end.

belongs(App, Dir) ->
    lists:member(atom_to_list(App), [hd(string:split(Part, "-")) || Part <- filename:split(Dir)]).

%% `[{Name, Pid, Type}]` of all processes of the application, sorted.
tree(App) ->
    case application_controller:get_master(App) of
        undefined -> [];
        Master ->
            {Top, _} = application_master:get_child(Master),
            lists:sort(below(Top, supervisor))
    end.

below(Pid, worker) -> [{name_of(Pid), Pid, worker}];
below(Pid, supervisor) ->
    [{name_of(Pid), Pid, supervisor} |
     lists:append([below(Child, Type) || {_, Child, Type, _} <- which_children(Pid), is_pid(Child)])].

%% Whoever is suspended doesn't answer.
which_children(Pid) ->
    case status(Pid) of
        {_, running} -> supervisor:which_children(Pid);
        _ -> []
    end.

name_of(Pid) ->
    case process_info(Pid, registered_name) of
        {registered_name, Name} -> Name;
        [] -> unnamed;
        undefined -> dead
    end.

status(Pid) ->
    try sys:get_status(Pid, 2000) of
        {status, _, {module, Behaviour}, [_, SysState | _]} -> {Behaviour, SysState}
    catch exit:{Reason, _} -> {gone, Reason}
    end.

state(Pid) ->
    try untimed(sys:get_state(Pid, 2000)) catch _:Reason -> {no_state, Reason} end.

%% A supervisor's state without the times of restarts: how often a child is tried that can't start is a matter of time.
untimed(State) when element(1, State) =:= state, tuple_size(State) =:= 12 -> setelement(8, setelement(9, State, 0), []);
untimed(State) -> State.

children(Pid, Names) ->
    case status(Pid) of
        {_, running} -> told_children(Pid, Names);
        Other -> Other
    end.

told_children(Pid, Names) ->
    Children = supervisor:which_children(Pid),
    Specs = [supervisor:get_childspec(Pid, Id) || {Id, _, _, _} <- Children, Id =/= undefined],
    %% Those of a simple_one_for_one come in the order of their pids.
    Listed = case Children of
        [{undefined, _, _, _} | _] -> lists:sort(named(Children, Names));
        _ -> named(Children, Names)
    end,
    {Listed, lists:sort(supervisor:count_children(Pid)), named(Specs, Names)}.

%% The term with pids as names, and with references and funs as words that are the same on every node.
named(Pid, Names) when is_pid(Pid) ->
    case Names of
        #{Pid := Name} -> {pid, Name};
        #{} -> {pid, name_of(Pid)}
    end;
named(Ref, _) when is_reference(Ref) -> a_reference;
named(Fun, _) when is_function(Fun) ->
    [{_, Module}, {_, Type}, {_, Md5}] = [erlang:fun_info(Fun, Key) || Key <- [module, type, new_uniq]],
    {a_fun, Module, Type, Md5};
named(Tuple, Names) when is_tuple(Tuple) -> list_to_tuple(named(tuple_to_list(Tuple), Names));
named([Head | Tail], Names) -> [named(Head, Names) | named(Tail, Names)];
named(Map, Names) when is_map(Map) -> {map, lists:sort([named(Pair, Names) || Pair <- maps:to_list(Map)])};
named(Other, _) -> Other.

line(Term) -> lists:flatten(io_lib:format("~0tp", [Term])).

%% ---- Which system messages and which orders to supervisors each process gets.

watch(App) ->
    Watched = tree(App),
    Watcher = spawn(fun() -> register(upgrade_kit_watcher, self()), collect([]) end),
    Message = fun(Pattern) -> {['_', '_', Pattern], [], []} end,
    erlang:trace_pattern('receive', [
        Message({system, '_', suspend}), Message({system, '_', resume}), Message({system, '_', {change_code, '_', '_', '_'}}),
        Message({'$gen_call', '_', {terminate_child, '_'}}), Message({'$gen_call', '_', {restart_child, '_'}}),
        Message({'$gen_call', '_', {start_child, '_'}}), Message({'$gen_call', '_', {delete_child, '_'}})
    ], []),
    [erlang:trace(Pid, true, ['receive', set_on_spawn, {tracer, Watcher}]) || {_, Pid, _} <- Watched],
    Watcher ! {names, maps:from_list([{Pid, Name} || {Name, Pid, _} <- Watched])},
    ok.

collect(Seen) ->
    receive
        {trace, Pid, 'receive', Message} -> collect([{Pid, Message} | Seen]);
        {stop, From} -> From ! {self(), lists:reverse(Seen), receive {names, Names} -> Names end}
    end.

%% Per process the messages in the order it got them, as lines. A suspend or resume that is repeated counts once.
watched() ->
    erlang:trace(all, false, [all]),
    Delivered = erlang:trace_delivered(all),
    receive {trace_delivered, all, Delivered} -> ok end,
    Watcher = whereis(upgrade_kit_watcher),
    Watcher ! {stop, self()},
    {Seen, Names} = receive {Watcher, S, N} -> {S, N} end,
    Known = fun(Pid) -> maps:get(Pid, Names, undefined) end,
    By = lists:foldl(
        fun({Pid, Message}, Acc) ->
            maps:update_with(Known(Pid), fun(Before) -> [order(Message) | Before] end, [order(Message)], Acc)
        end, #{}, Seen),
    [line({Name, once(lists:reverse(Orders))}) || {Name, Orders} <- lists:sort(maps:to_list(By)), Name =/= undefined].

order({system, _, Request}) -> named(Request, #{});
order({'$gen_call', _, Request}) -> named(Request, #{}).

once([Same, Same | Rest]) when Same =:= suspend; Same =:= resume -> once([Same | Rest]);
once([First | Rest]) -> [First | once(Rest)];
once([]) -> [].

%% ---- The way back.

%% Leaves nothing of the application on the node, whatever state it is in.
clean(App, Modules, Names) ->
    case whereis(upgrade_kit_watcher) of
        undefined -> ok;
        Watcher -> erlang:trace(all, false, [all]), exit(Watcher, kill)
    end,
    %% An upgrade that could not be taken back altogether keeps the node locked.
    [gone(Guardian) || Guardian <- [whereis(relupctl)], is_pid(Guardian)],
    {Stopper, Monitor} = spawn_monitor(fun() -> application:stop(App) end),
    receive {'DOWN', Monitor, process, Stopper, _} -> ok
    after 3000 ->
        exit(application_controller:get_master(App), kill),
        receive {'DOWN', Monitor, process, Stopper, _} -> ok after 60000 -> error({not_stopped, App}) end
    end,
    [gone(Pid) || Name <- Names ++ [lingerer(Module) || Module <- Modules], Pid <- [whereis(Name)], is_pid(Pid)],
    application:unload(App),
    [begin code:purge(Module), code:delete(Module), code:purge(Module) end || Module <- Modules],
    [code:del_path(Dir) || Dir <- code:get_path(), belongs(App, Dir)],
    calls(),
    ok.

gone(Pid) ->
    Monitor = monitor(process, Pid),
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, Pid, _} -> ok end.
