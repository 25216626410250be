%% Processes that began in the middle of the upgrade.

%% What began in the middle: neither among the processes of before, nor among those that were suspended.
Newcomers = fun(Log, Module, Now) ->
    case ets:lookup(Log, processes) of
        [{_, Before}] ->
            Ours = lists:append([lists:append(Windows(Log, Group)) || [Group] <- ets:match(Log, {{group, '$1'}, '_'})]),
            [Pid || Pid <- (Now -- Before) -- Ours,
                    case catch proc_lib:translate_initial_call(Pid) of
                        {supervisor, Module, _} -> true;
                        {Module, _, _} -> true;
                        _ -> false
                    end];
        [] -> []
    end
end,

%% Those that began on the new code have states that are none of the old code. They wait until they can begin anew.
StopNewcomers = fun(Log, Module) ->
    case ets:member(Log, {migrates, Module}) of
        true ->
            Pids = [Pid || Pid <- Newcomers(Log, Module, erlang:processes()), not ets:member(Log, {newcomer, Pid})],
            ets:insert(Log, [{{newcomer, Pid}, Module} || Pid <- Pids]),
            Ask(Pids, suspend, 250);
        false -> []
    end
end,

%% The nearest one first.
AncestorsOf = fun(Pid) ->
    case catch lists:keyfind('$ancestors', 1, element(2, erlang:process_info(Pid, dictionary))) of
        {_, Found} -> [case Each of _ when is_atom(Each) -> whereis(Each); _ -> Each end || Each <- Found];
        _ -> []
    end
end,

SupervisorOf = fun(Pid) ->
    case AncestorsOf(Pid) of
        [Ancestor | _] ->
            case catch proc_lib:translate_initial_call(Ancestor) of
                {supervisor, _, _} -> [Ancestor];
                _ -> []
            end;
        [] -> []
    end
end,

%% One that has an id begins anew under it; of any other its supervisor knows what to do when it ends. What is below one
%% that begins anew does so with it.
Renew = fun(All) ->
    Pids = [Pid || Pid <- All, [] =:= [Each || Each <- AncestorsOf(Pid), lists:member(Each, All)]],
    Supervisors = lists:usort(lists:append([SupervisorOf(Pid) || Pid <- Pids])),
    Children = [{Pid, Supervisor, Id} ||
        {Supervisor, {reply, Answer}} <- Request('$gen_call', Supervisors, which_children, CallMs),
        {Id, Pid, _, _} <- Answer, Id =/= undefined, lists:member(Pid, Pids)],
    [case lists:keyfind(Pid, 1, Children) of
         {_, Supervisor, Id} ->
             catch supervisor:terminate_child(Supervisor, Id),
             catch supervisor:restart_child(Supervisor, Id);
         false -> exit(Pid, kill)
     end || Pid <- Pids],
    All
end,

%% On the way forth: what began between the suspend and the load has a state of the old code, and was not there to be
%% suspended. It is as good as new.
RenewForth = fun(Log) ->
    Pids = lists:usort(lists:append(
        [Newcomers(Log, Module, Now) || [Module, Now] <- ets:match(Log, {{loaded, '$1'}, '$2'})])),
    Renew([Pid || Pid <- Pids, is_process_alive(Pid)])
end,

%% On the way back: whatever began on the new code.
RenewBack = fun(Log) ->
    Pids = [Pid || [Pid] <- ets:match(Log, {{newcomer, '$1'}, '_'})],
    Renew([Pid || Pid <- Pids, is_process_alive(Pid)]),
    [ets:delete(Log, {newcomer, Pid}) || Pid <- Pids]
end.
