%% Suspending and resuming, and what may not go on.

Suspend = fun(Log, Group) ->
    ets:insert(Log, {{suspended, Group}}),
    SilentToo(Tell(Windows(Log, Group), suspend))
end,

%% All of some windows that may not go on.
HeldIn = fun(Log, Ws) ->
    case ets:match(Log, {{held, '$1', '_'}}) of
        [] -> [];
        Held ->
            Pids = lists:append(Ws),
            lists:usort([Pid || [Pid] <- Held, lists:member(Pid, Pids), is_process_alive(Pid)])
    end
end,

%% What a supervisor that reads its old specification again has got to know of children that were not there before.
ForgetNewChildren = fun(Log, Pid) ->
    Before = Noted(Log, {children, Pid}),
    [supervisor:delete_child(Pid, Id) ||
        {Id, undefined, _, _} <- supervisor:which_children(Pid), not lists:member(Id, Before)]
end,

%% A suspended supervisor reads its specification by a change of code; what it makes of version and argument is nothing.
Settle = fun(Pid, Module) ->
    try sys:change_code(Pid, Module, undefined, [], CallMs) of
        ok -> [];
        {error, Reason} -> [{Pid, Reason}]
    catch
        exit:{noproc, _} -> [];
        _:Reason -> [{Pid, Reason}]
    end
end,

Resume = fun(Log, Group, Module) ->
    Known = Noted(Log, {silent, Group}),
    Ws = [[Pid || Pid <- Pids, not lists:member(Pid, Known)] || Pids <- Windows(Log, Group)],
    Unsettled = [Pid || [Pid] <- ets:match(Log, {{unsettled, '$1'}}), Pids <- Ws, lists:member(Pid, Pids)],
    Refused = lists:append([Settle(Pid, Module) || Pid <- Unsettled]),
    Held = HeldIn(Log, Ws),
    Silent = Tell(case Held of [] -> Ws; _ -> [Pids -- Held || Pids <- Ws] end, resume),
    %% One that did not answer the suspend comes to it later, and to this after it.
    [gen:send_request(Pid, system, resume) || Pid <- Known],
    ets:delete(Log, {suspended, Group}),
    [begin ets:delete(Log, {unsettled, Pid}), catch ForgetNewChildren(Log, Pid) end || Pid <- Unsettled],
    case {Refused, Held} of
        {[], []} -> SilentToo(Silent);
        {[], _} -> {error, {held, Held}};
        _ -> {error, {not_settled, Refused}}
    end
end.
