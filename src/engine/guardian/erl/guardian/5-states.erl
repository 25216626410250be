%% States: putting back what was kept, or having the old code change them back.

PidsIn = fun Collect(Term, Found) ->
    case Term of
        Pid when is_pid(Pid) -> [Pid | Found];
        [Head | Tail] -> Collect(Tail, Collect(Head, Found));
        Tuple when is_tuple(Tuple) -> Collect(tuple_to_list(Tuple), Found);
        Map when is_map(Map) -> Collect(maps:to_list(Map), Found);
        _ -> Found
    end
end,

%% A supervisor's state has the pids of its children in it: where these are others by now, it is not put back, but the
%% supervisor reads its old specification when its old code is there again.
RestoreSupervisor = fun(Log, Pid, State) ->
    case sys:get_state(Pid, CallMs) of
        State -> ok;
        Now ->
            case lists:usort(PidsIn(Now, [])) =:= lists:usort(PidsIn(State, [])) of
                true -> sys:replace_state(Pid, fun(_) -> State end, CallMs);
                false -> ets:insert(Log, {{unsettled, Pid}})
            end
    end,
    true
end,

%% An event manager applies the fun to one handler after the other.
RestoreHandlers = fun(Pid, State) ->
    Before = [{{Module, Id}, Handler} || {Module, Id, Handler} <- State],
    State =:= sys:replace_state(Pid, fun({Module, Id, _} = Now) ->
        case lists:keyfind({Module, Id}, 1, Before) of
            {_, Handler} -> {Module, Id, Handler};
            false -> Now
        end
    end, CallMs)
end,

%% The state in what a process answered to get_state or replace_state: {ok, State}, or none where it did not tell it.
StateIn = fun(Answer) ->
    case Answer of
        {reply, {error, {callback_failed, _, _}}} -> none;
        {reply, {ok, State}} when IsTagged -> {ok, State};
        {reply, State} -> {ok, State};
        _ -> none
    end
end,

%% What was kept of a process.
Kept = fun(States, Group, Pid) ->
    case ets:lookup(States, {Group, Pid}) of [{_, Answer}] -> StateIn(Answer); [] -> none end
end,

%% The process itself looks its state up, so that one message does for all. Gives those that have another state.
RestoreWindow = fun(States, Group, Pids) ->
    Restore = fun(_) ->
        {ok, State} = StateIn(ets:lookup_element(States, {Group, self()}, 2)),
        State
    end,
    [Pid || {Pid, Answer} <- Ask(Pids, {replace_state, Restore}, CallMs),
            case Answer of
                {reply, _} -> Kept(States, Group, Pid) =/= StateIn(Answer);
                {error, _} -> false;
                _ -> true
            end]
end,

%% Gives [] or [Pid] where it has another state.
RestoreOne = fun(Kind, Log, Pid, State) ->
    try
        case Kind of
            supervisor -> RestoreSupervisor(Log, Pid, State);
            gen_event -> RestoreHandlers(Pid, State)
        end
    of
        true -> [];
        false -> [Pid]
    catch
        exit:{noproc, _} -> [];
        _:_ -> [Pid]
    end
end,

KindOf = fun(Pid) ->
    case catch proc_lib:translate_initial_call(Pid) of
        {supervisor, _, _} -> supervisor;
        {gen_event, _, _} -> gen_event;
        _ -> other
    end
end,

%% Puts states back by a fun of the pids of a window, which gives those that could not be. These are held, and are the
%% only ones when it is done once more: all others have gone on since. Old state may not run on new code: where that has
%% to stay, so has what was made of the state.
PutBack = fun(Log, Group, Module, Put) ->
    Why = {states, Group, Module},
    Ws = case ets:member(Log, {tried, Group, Module}) of
        false -> Windows(Log, Group);
        true -> [[Pid || [Pid] <- ets:match(Log, {{held, '$1', Why}})]]
    end,
    case {ets:lookup(Log, {code, Module}), ets:member(Log, {code_stays, Module})} of
        {[{_, missing}], _} -> ok;
        {_, true} ->
            ets:insert(Log, [{{held, Pid, {code, Module}}} || Pids <- Ws, Pid <- Pids]),
            {error, {code_stays, Module}};
        _ ->
            Refused = lists:append([Put(Pids) || Pids <- Ws]),
            ets:insert(Log, [{{tried, Group, Module}} | [{{held, Pid, Why}} || Pid <- Refused]]),
            [ets:delete(Log, {held, Pid, Why}) || Pids <- Ws, Pid <- Pids -- Refused],
            case Refused of
                [] -> ok;
                _ -> {error, {states_not_restored, Refused}}
            end
    end
end,

PutStates = fun(Log, States, Group, Module) ->
    PutBack(Log, Group, Module, fun(Pids) ->
        Known = [{KindOf(Pid), Pid, Kept(States, Group, Pid)} || Pid <- Pids],
        [Pid || {_, Pid, none} <- Known, is_process_alive(Pid)]
            ++ RestoreWindow(States, Group, [Pid || {other, Pid, {ok, _}} <- Known])
            ++ lists:append([RestoreOne(Kind, Log, Pid, State) || {Kind, Pid, {ok, State}} <- Known, Kind =/= other])
    end)
end,

%% Where states are not kept: the module's own code changes them back, but for those that it never changed. A supervisor
%% reads its old specification when its old code is there again.
DowngradeStates = fun(Log, Group, Module, Version, Extra) ->
    Unchanged = Noted(Log, {unchanged, Group}),
    ChangeBack = fun(Pid) ->
        case KindOf(Pid) of
            supervisor -> ets:insert(Log, {{unsettled, Pid}}), ok;
            _ -> try sys:change_code(Pid, Module, Version, Extra, CallMs) catch _:Reason -> {error, Reason} end
        end
    end,
    PutBack(Log, Group, Module, fun(Pids) ->
        Answers = [{Pid, ChangeBack(Pid)} || Pid <- Pids -- Unchanged],
        [Pid || {Pid, {error, _}} <- Answers, is_process_alive(Pid)]
    end)
end.
