%% Who the guardian is, and what it waits for.

RollBack = fun(Log, States, Cause) ->
    ets:insert(Log, [{phase, rolling_back}, {cause, Cause}]),
    EndActors(Log),
    UndoAll(Log, States, ets:match(Log, {{undo, '$1', '$2'}, '$3', '$4'}))
end,

%% A record has a name, and takes the place of the one before.
Become = fun(Name) ->
    case whereis(Name) of
        undefined -> ok;
        Other ->
            case catch lists:keymember(relupctl, 1, element(2, erlang:process_info(Other, dictionary))) of
                true ->
                    Monitor = monitor(process, Other),
                    exit(Other, kill),
                    receive {'DOWN', Monitor, process, _, _} -> ok end;
                %% None of ours.
                _ -> catch unregister(Name)
            end
    end,
    unregister(relupctl),
    register(Name, self())
end,

%% The name that locks the node is free again when all was taken back.
Rest = fun(Phase) ->
    case Phase of
        rolled_back -> Become(relupctl_undone);
        failed -> ok
    end,
    Phase
end,

%% What failed only because a process didn't answer is tried again without being asked for: it may answer later on. Gives
%% those entries, and those that wait for them.
ToTryAgain = fun(Log) ->
    Failed = [{[Section, Order, What, Action], Why} ||
                 [Section, Order, What, Action] <- ets:match(Log, {{undo, '$1', '$2'}, '$3', '$4'}),
                 {_, _, {error, {Why, _}}} <- ets:lookup(Log, {undone, Section, Order}),
                 element(1, Action) =/= downgrade_states],
    case [Entry || {Entry, Why} <- Failed, Why =:= not_responding orelse Why =:= states_not_restored] of
        [] -> [];
        Silent -> Silent ++ [Entry || {Entry, held} <- Failed]
    end
end,

%% How long to wait until then.
PauseMs = fun(Log, LastMs) ->
    case ToTryAgain(Log) of
        [] -> infinity;
        _ when LastMs =:= infinity -> 1000;
        _ when LastMs < 60000 -> LastMs * 2;
        _ -> LastMs
    end
end,

%% An upgrade that was done is taken back under the lock, as it was done.
Lock = fun() ->
    Self = self(),
    case whereis(relupctl) of
        Self -> true;
        undefined ->
            catch unregister(relupctl_last),
            try register(relupctl, Self)
            catch error:badarg -> catch register(relupctl_last, Self), false
            end;
        _ -> false
    end
end,

IsTakenBack = fun(Log) -> ets:lookup(Log, phase) =:= [{phase, rolled_back}] end,

Guard = fun Loop(Log, States, Monitor, WaitMs) ->
    receive
        {renew, Client} -> Loop(Log, States, Monitor, WaitMs);
        {roll_back, From, Ref} ->
            demonitor(Monitor, [flush]),
            Answer = case IsTakenBack(Log) of
                true -> rolled_back;
                false ->
                    case Lock() of
                        true -> Rest(RollBack(Log, States, requested));
                        false -> locked
                    end
            end,
            From ! {Ref, Answer},
            Loop(Log, States, Monitor, PauseMs(Log, infinity));
        {begin_anew, From, Ref} ->
            case catch RenewForth(Log) of
                {'EXIT', Reason} -> From ! {Ref, {failed, Reason}};
                Renewed ->
                    ets:insert(Log, {begun_anew, Renewed}),
                    From ! {Ref, begun_anew}
            end,
            Loop(Log, States, Monitor, WaitMs);
        {look_for_newcomers, From, Ref} ->
            ets:insert(Log, {newcomers, case catch lists:append([Newcomers(Log, Module, erlang:processes()) ||
                                            [Module] <- ets:match(Log, {{migrates, '$1'}})]) of
                {'EXIT', _} -> [];
                Found -> Found
            end}),
            From ! {Ref, looked},
            Loop(Log, States, Monitor, WaitMs);
        {upgraded, From, Ref} ->
            demonitor(Monitor, [flush]),
            ets:insert(Log, {phase, upgraded}),
            [ets:delete(Log, {loaded, Module}) || [Module] <- ets:match(Log, {{loaded, '$1'}, '_'})],
            Become(relupctl_last),
            From ! {Ref, upgraded},
            Loop(Log, States, Monitor, infinity);
        {leave, From, Ref} ->
            demonitor(Monitor, [flush]),
            ets:insert(Log, [{phase, failed}, {cause, left}]),
            EndActors(Log),
            From ! {Ref, left},
            Loop(Log, States, Monitor, infinity);
        {forget, From, Ref} ->
            ets:delete(Log),
            catch ets:delete(States),
            %% Its own name, free before it is told so: by now another may have one of these.
            [unregister(Name) || Name <- [relupctl, relupctl_last, relupctl_undone], whereis(Name) =:= self()],
            From ! {Ref, forgotten};
        {'DOWN', Monitor, process, _, _} ->
            Rest(RollBack(Log, States, client_gone)),
            Loop(Log, States, Monitor, PauseMs(Log, infinity));
        _ -> Loop(Log, States, Monitor, WaitMs)
    after WaitMs ->
        case ets:lookup(Log, phase) of
            [{phase, upgrading}] ->
                Rest(RollBack(Log, States, lease_expired)),
                Loop(Log, States, Monitor, PauseMs(Log, infinity));
            _ ->
                Rest(UndoAll(Log, States, ToTryAgain(Log))),
                Loop(Log, States, Monitor, PauseMs(Log, WaitMs))
        end
    end
end,

%% What a node does to processes that grow is nothing for one that has to put others right.
process_flag(max_heap_size, 0),
Tables = {ets:new(relupctl_log, [ordered_set, public]),
          ets:new(relupctl_states, [set, public, {write_concurrency, true}])},
ets:insert(element(1, Tables), {phase, upgrading}),
%% Whoever finds the name finds this.
put(relupctl, {Tables, Holder}),
try register(relupctl, self()) of
    true ->
        Watched = case Client of undefined -> make_ref(); _ -> monitor(process, Client) end,
        Parent ! {self(), {guards, element(1, Tables), element(2, Tables)}},
        Guard(element(1, Tables), element(2, Tables), Watched, LeaseMs)
catch
    error:badarg -> Parent ! {self(), taken}
end.
