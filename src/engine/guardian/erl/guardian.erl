%% The guardian: a process on the node that takes an upgrade back, on request, or on its own when whoever executes the
%% upgrade is gone. Not a module: expressions for erl_eval:exprs/2, so nothing is installed there. `npx tsx
%% scripts/forms.ts` makes forms.ts of all files here.
%%
%% Bound outside: CallMs (for one system message), Client (a pid whose end is ours, or undefined), Holder (what others
%% are told), LeaseMs, Parent (who waits for `{Pid, {guards, Log, States}}`).
%%
%% Log (ordered_set), small:                        States (set):
%%   {phase, upgrading | rolling_back | rolled_back     {{Group, Pid}, {reply, State} | {error, _} | timeout}:
%%           | failed | upgraded}                       what the process answered to get_state
%%   {cause, requested | client_gone | lease_expired | left}
%%   {{actor, Pid}}          a call that changes something, under way
%%   {{undo, Section, Order}, What, Action}           section 0 first; in it the lowest order first
%%   {{undone, Section, Order}, What, ok | {error, Reason}}
%%   {{code, Module}, none | missing | {File, Binary}}
%%   {{group, Group}, [Batch]}                        term_to_binary([[pid()]])
%%   {{suspended, Group}}
%%   {{silent, Group}, [Pid]}                         those of it that did not answer the suspend
%%   {{unchanged, Group}, [Pid]}                      those of it whose change of code failed
%%   {{children, Pid}, [Id]}                          of a supervisor, before
%%   {{unsettled, Pid}}                               a supervisor that has to read its old specification

Windows = fun(Log, Group) ->
    case ets:lookup(Log, {group, Group}) of
        [{_, Batches}] -> lists:append(lists:map(fun erlang:binary_to_term/1, Batches));
        [] -> []
    end
end,

NotedPids = fun(Log, Key) ->
    case ets:lookup(Log, Key) of [{_, Pids}] -> Pids; [] -> [] end
end,

%% One system message to each process of a window at once: [{Pid, {reply, _} | {error, _} | timeout}].
Ask = fun(Pids, Message, TimeoutMs) ->
    Length = length(Pids),
    Requests = lists:zipwith3(fun gen:send_request/3, Pids, lists:duplicate(Length, system),
                              lists:duplicate(Length, Message)),
    Until = {abs, erlang:monotonic_time(millisecond) + TimeoutMs},
    lists:zip(Pids, lists:zipwith(fun gen:wait_response/2, Requests, lists:duplicate(Length, Until)))
end,

%% Those that don't answer at once are asked again, all together. Gives those that don't answer then either.
Tell = fun(Ws, Message) ->
    Silent = [Pid || Pids <- Ws, {Pid, timeout} <- Ask(Pids, Message, 250)],
    [Pid || {Pid, timeout} <- Ask(Silent, Message, CallMs)]
end,

SilentToo = fun(Pids) ->
    case Pids of [] -> ok; _ -> {error, {not_responding, Pids}} end
end,

Suspend = fun(Log, Group) ->
    ets:insert(Log, {{suspended, Group}}),
    SilentToo(Tell(Windows(Log, Group), suspend))
end,

IsChild = fun(Id, Ids) -> lists:member(Id, Ids) end,

%% What a supervisor that reads its old specification again has got to know of children that were not there before.
ForgetNewChildren = fun(Log, Pid) ->
    Before = case ets:lookup(Log, {children, Pid}) of [{_, Ids}] -> Ids; [] -> [] end,
    [supervisor:delete_child(Pid, Id) ||
        {Id, undefined, _, _} <- supervisor:which_children(Pid), not IsChild(Id, Before)]
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
    Known = NotedPids(Log, {silent, Group}),
    Ws = [[Pid || Pid <- Pids, not lists:member(Pid, Known)] || Pids <- Windows(Log, Group)],
    Unsettled = [Pid || [Pid] <- ets:match(Log, {{unsettled, '$1'}}), Pids <- Ws, lists:member(Pid, Pids)],
    Refused = lists:append([Settle(Pid, Module) || Pid <- Unsettled]),
    Silent = Tell(Ws, resume),
    %% One that did not answer the suspend comes to it later, and to this after it.
    [gen:send_request(Pid, system, resume) || Pid <- Known],
    ets:delete(Log, {suspended, Group}),
    [begin ets:delete(Log, {unsettled, Pid}), catch ForgetNewChildren(Log, Pid) end || Pid <- Unsettled],
    case Refused of
        [] -> SilentToo(Silent);
        _ -> {error, {not_settled, Refused}}
    end
end,

%% Does something while the processes on old code of the module, which nobody suspended before, are suspended: one that
%% waits in a loop of its own goes on in the current code then, and is not killed with the old one.
OffOldCode = fun(Log, Module, Act) ->
    OnOldCode = case erlang:check_old_code(Module) of
        true -> [Pid || Pid <- erlang:processes(), Pid =/= self(),
                        (catch erlang:check_process_code(Pid, Module)) =:= true];
        false -> []
    end,
    Ours = case OnOldCode of
        [] -> [];
        _ -> lists:append([lists:append(Windows(Log, Group)) || [Group] <- ets:match(Log, {{suspended, '$1'}})])
    end,
    Others = [Pid || Pid <- OnOldCode, not lists:member(Pid, Ours)],
    Ask(Others, suspend, 1000),
    try Act() after Ask(Others, resume, CallMs) end
end,

PutCode = fun(Log, Module) ->
    Load = fun() ->
        case ets:lookup(Log, {code, Module}) of
            [{_, none}] ->
                code:purge(Module),
                code:delete(Module),
                ok;
            [{_, {File, Binary}}] ->
                case code:load_binary(Module, File, Binary) of
                    {module, _} -> ok;
                    {error, Reason} -> {error, {not_loaded, Reason}}
                end;
            _ -> {error, missing}
        end
    end,
    Result = case ets:lookup(Log, {code, Module}) of
        [{_, missing}] -> {error, missing};
        _ -> OffOldCode(Log, Module, Load)
    end,
    case Result =:= ok andalso code:soft_purge(Module) of
        false when Result =:= ok -> OffOldCode(Log, Module, fun() -> code:soft_purge(Module) end);
        _ -> ok
    end,
    Result
end,

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

%% What was kept of a process: {ok, State}, or none where it did not tell its state.
Kept = fun(States, Group, Pid) ->
    case ets:lookup(States, {Group, Pid}) of
        [{_, {reply, {error, {callback_failed, _, _}}}}] -> none;
        [{_, {reply, State}}] -> {ok, State};
        _ -> none
    end
end,

%% The process itself looks its state up, so that one message does for all. Gives those that have another state.
RestoreWindow = fun(States, Group, Pids) ->
    Restore = fun(_) -> element(2, ets:lookup_element(States, {Group, self()}, 2)) end,
    [Pid || {Pid, Answer} <- Ask(Pids, {replace_state, Restore}, CallMs),
            case Answer of
                {reply, State} -> Kept(States, Group, Pid) =/= {ok, State};
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

%% Old state may not run on new code: where the code has to stay, so has what was made of the state.
PutStates = fun(Log, States, Group, Module) ->
    Refused = case ets:lookup(Log, {code, Module}) of
        [{_, missing}] -> [];
        _ ->
            lists:append([begin
                Known = [{KindOf(Pid), Pid, Kept(States, Group, Pid)} || Pid <- Pids],
                [Pid || {_, Pid, none} <- Known, is_process_alive(Pid)]
                    ++ RestoreWindow(States, Group, [Pid || {other, Pid, {ok, _}} <- Known])
                    ++ lists:append([RestoreOne(Kind, Log, Pid, State) || {Kind, Pid, {ok, State}} <- Known, Kind =/= other])
            end || Pids <- Windows(Log, Group)])
    end,
    case Refused of
        [] -> ok;
        _ -> {error, {states_not_restored, Refused}}
    end
end,

%% Where states are not kept: the module's own code changes them back, but for those that it never changed. A supervisor
%% reads its old specification when its old code is there again.
DowngradeStates = fun(Log, Group, Module, Version, Extra) ->
    Unchanged = NotedPids(Log, {unchanged, Group}),
    ChangeBack = fun(Pid) ->
        case KindOf(Pid) of
            supervisor -> ets:insert(Log, {{unsettled, Pid}}), ok;
            _ -> try sys:change_code(Pid, Module, Version, Extra, CallMs) catch _:Reason -> {error, Reason} end
        end
    end,
    Answers = case ets:lookup(Log, {code, Module}) of
        [{_, missing}] -> [];
        _ -> [{Pid, ChangeBack(Pid)} || Pids <- Windows(Log, Group), Pid <- Pids, not lists:member(Pid, Unchanged)]
    end,
    case [Pid || {Pid, {error, _}} <- Answers, is_process_alive(Pid)] of
        [] -> ok;
        Refused -> {error, {states_not_restored, Refused}}
    end
end,

%% Whoever starts a supervisor again that is gone has it start its children.
StartChild = fun(Supervisor, Id, Specification) ->
    try supervisor:restart_child(Supervisor, Id) of
        {error, not_found} when Specification =/= undefined -> supervisor:start_child(Supervisor, Specification);
        Answer -> Answer
    catch
        exit:{noproc, _} -> gone
    end
end,

IsStarted = fun(Answer) ->
    case Answer of
        {error, Reason} -> Reason =:= running orelse Reason =:= restarting
                               orelse is_tuple(Reason) andalso element(1, Reason) =:= already_started;
        _ -> true
    end
end,

%% Each with its pid of before: one that was not stopped after all is left alone.
StartChildren = fun(Children) ->
    Answers = [{Id, catch StartChild(Supervisor, Id, Specification)} ||
                  {Supervisor, Id, Specification, Pid} <- Children, not is_process_alive(Pid)],
    case [{Id, Reason} || {Id, {error, Reason}} <- Answers, not IsStarted({error, Reason})]
         ++ [{Id, Reason} || {Id, {'EXIT', Reason}} <- Answers] of
        [] -> ok;
        Failed -> {error, {not_started, Failed}}
    end
end,

%% Adding a specification starts the child. A supervisor that has read its old specification again has it already.
AddChild = fun(Supervisor, Id, Specification, WasRunning) ->
    case supervisor:start_child(Supervisor, Specification) of
        {error, already_present} -> ok;
        {error, {already_started, _}} -> ok;
        {error, Reason} -> {error, {not_started, [{Id, Reason}]}};
        _ when WasRunning -> ok;
        _ -> supervisor:terminate_child(Supervisor, Id), ok
    end
end,

%% What the node has loaded by itself from the new version: modules that no step names, and nobody had called before.
UnloadStrays = fun(Directory, NotLoaded) ->
    Strays = [Module || Module <- NotLoaded, erlang:module_loaded(Module),
                        case code:which(Module) of
                            File when is_list(File) -> lists:prefix(Directory, File);
                            _ -> false
                        end],
    case [Module || Module <- Strays,
                    not (code:soft_purge(Module) andalso code:delete(Module) andalso code:soft_purge(Module))] of
        [] -> ok;
        Used -> {error, {strays, Used}}
    end
end,

Undo = fun(Log, States, Action) ->
    try
        case Action of
            {resume, Group, Module} -> Resume(Log, Group, Module);
            {suspend, Group} -> Suspend(Log, Group);
            {put_code, Module} -> PutCode(Log, Module);
            {put_states, Group, Module} -> PutStates(Log, States, Group, Module);
            {downgrade_states, Group, Module, Version, Extra} -> DowngradeStates(Log, Group, Module, Version, Extra);
            {put_path, Application, Directory, NewDirectory, NotLoaded} ->
                case code:replace_path(Application, Directory) of
                    true -> UnloadStrays(NewDirectory, NotLoaded);
                    {error, Reason} -> {error, {path_not_replaced, Directory, Reason}}
                end;
            {change_application_data, Specifications, Config} ->
                application_controller:change_application_data(Specifications, Config);
            {config_change, Environment} ->
                application_controller:config_change(Environment),
                ok;
            {start_children, Children} -> StartChildren(Children);
            {stop_children, Children} ->
                [catch supervisor:terminate_child(Supervisor, Id) || {Supervisor, Id, _, _} <- Children],
                ok;
            {take_child_away, Supervisor, Child, HasId} ->
                supervisor:terminate_child(Supervisor, Child),
                HasId andalso supervisor:delete_child(Supervisor, Child),
                ok;
            {add_child, Supervisor, Id, Specification, WasRunning} ->
                AddChild(Supervisor, Id, Specification, WasRunning);
            {call, Module, Function, Arguments} ->
                apply(Module, Function, Arguments),
                ok;
            {expect_running, Applications} ->
                case [Name || Name <- Applications, not lists:keymember(Name, 1, application:which_applications(CallMs))] of
                    [] -> ok;
                    Ended -> {error, {ended, Ended}}
                end
        end
    catch
        Class:Caught -> {error, {Class, Caught}}
    end
end,

%% Whatever still changes something is ended: what it has sent by then is dealt with before what is sent from here.
EndActors = fun(Log) ->
    [begin
         Monitor = monitor(process, Pid),
         exit(Pid, kill),
         receive {'DOWN', Monitor, process, _, _} -> ok end
     end || [Pid] <- ets:match(Log, {{actor, '$1'}})]
end,

%% Entries that are undone stay as a record. An action that fails doesn't keep the earlier ones from being taken back.
RollBack = fun(Log, States, Cause) ->
    ets:insert(Log, [{phase, rolling_back}, {cause, Cause}]),
    EndActors(Log),
    Entries = lists:sort(ets:match(Log, {{undo, '$1', '$2'}, '$3', '$4'})),
    Results = [begin
        Result = Undo(Log, States, Action),
        ets:insert(Log, {{undone, Section, Order}, What, Result}),
        Result =:= ok andalso ets:delete(Log, {undo, Section, Order}),
        Result
    end || [Section, Order, What, Action] <- Entries],
    Phase = case lists:all(fun(Result) -> Result =:= ok end, Results) of true -> rolled_back; false -> failed end,
    ets:insert(Log, {phase, Phase}),
    Phase
end,

%% The record of the last upgrade has a name, and takes the place of the one before.
BecomeLast = fun() ->
    case whereis(relupctl_last) of
        undefined -> ok;
        Other ->
            Monitor = monitor(process, Other),
            exit(Other, kill),
            receive {'DOWN', Monitor, process, _, _} -> ok end
    end,
    unregister(relupctl),
    register(relupctl_last, self())
end,

%% The name that locks the node is free again when all was taken back. Who did not ask for it finds the record by name,
%% unless an upgrade before can still be taken back.
Rest = fun(Phase, Cause) ->
    case Phase of
        rolled_back when Cause =:= requested -> unregister(relupctl);
        rolled_back ->
            unregister(relupctl),
            catch register(relupctl_last, self());
        failed -> ok
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

Guard = fun Loop(Log, States, Monitor, WaitMs) ->
    receive
        {renew, Client} -> Loop(Log, States, Monitor, WaitMs);
        {roll_back, From, Ref} ->
            demonitor(Monitor, [flush]),
            case Lock() of
                true ->
                    Phase = RollBack(Log, States, requested),
                    Rest(Phase, requested),
                    From ! {Ref, Phase};
                false -> From ! {Ref, locked}
            end,
            Loop(Log, States, Monitor, infinity);
        {upgraded, From, Ref} ->
            demonitor(Monitor, [flush]),
            ets:insert(Log, {phase, upgraded}),
            BecomeLast(),
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
            ets:delete(States),
            catch unregister(relupctl),
            catch unregister(relupctl_last),
            From ! {Ref, forgotten};
        {'DOWN', Monitor, process, _, _} ->
            Rest(RollBack(Log, States, client_gone), client_gone),
            Loop(Log, States, Monitor, infinity);
        _ -> Loop(Log, States, Monitor, WaitMs)
    after WaitMs ->
        Rest(RollBack(Log, States, lease_expired), lease_expired),
        Loop(Log, States, Monitor, infinity)
    end
end,

try register(relupctl, self()) of
    true ->
        Tables = {ets:new(relupctl_log, [ordered_set, public]),
                  ets:new(relupctl_states, [set, public, {write_concurrency, true}])},
        put(relupctl, {Tables, Holder}),
        ets:insert(element(1, Tables), {phase, upgrading}),
        Watched = case Client of undefined -> make_ref(); _ -> monitor(process, Client) end,
        Parent ! {self(), {guards, element(1, Tables), element(2, Tables)}},
        Guard(element(1, Tables), element(2, Tables), Watched, LeaseMs)
catch
    error:badarg -> Parent ! {self(), taken}
end.
