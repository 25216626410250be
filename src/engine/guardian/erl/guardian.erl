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
%%   {processes, [Pid]}                               all of the node when the first step began
%%   {{migrates, Module}}                             its states are others in the other version
%%   {{loaded, Module}, [Pid]}                        all of the node when its new code was there
%%   {{loads, Module}, Md5}                           of the new code, as text
%%   {{tried, Group, Module}}                         its states were put back, but for those that are held
%%   {{held, Pid, {states, Group, Module} | {code, Module}}}
%%                           its state and the code that is loaded are of two versions: it stays suspended
%%   {{code_stays, Module}}  the old code could not be loaded
%%   {{newcomer, Pid}, Module}                        began on its new code, and has to begin anew
%%
%% Names: relupctl while it holds the node, relupctl_last when the upgrade was done, relupctl_undone when it was taken back.

Windows = fun(Log, Group) ->
    case ets:lookup(Log, {group, Group}) of
        [{_, Batches}] -> lists:append(lists:map(fun erlang:binary_to_term/1, Batches));
        [] -> []
    end
end,

NotedPids = fun(Log, Key) ->
    case ets:lookup(Log, Key) of [{_, Pids}] -> Pids; [] -> [] end
end,

%% One message to each process at once: [{Pid, {reply, _} | {error, _} | timeout}].
Request = fun(Label, Pids, Message, TimeoutMs) ->
    Length = length(Pids),
    Requests = lists:zipwith3(fun gen:send_request/3, Pids, lists:duplicate(Length, Label),
                              lists:duplicate(Length, Message)),
    Until = {abs, erlang:monotonic_time(millisecond) + TimeoutMs},
    lists:zip(Pids, lists:zipwith(fun gen:wait_response/2, Requests, lists:duplicate(Length, Until)))
end,

Ask = fun(Pids, Message, TimeoutMs) -> Request(system, Pids, Message, TimeoutMs) end,

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

%% All of some windows that may not go on.
HeldIn = fun(Log, Ws) ->
    case ets:match(Log, {{held, '$1', '_'}}) of
        [] -> [];
        Held ->
            Pids = lists:append(Ws),
            lists:usort([Pid || [Pid] <- Held, lists:member(Pid, Pids), is_process_alive(Pid)])
    end
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
end,

%% True where the code that is to come back is there: it was noted, but never changed.
IsThere = fun(Module, File, Binary) ->
    case erlang:module_loaded(Module) andalso beam_lib:md5(Binary) of
        {ok, {_, Md5}} -> code:which(Module) =:= File andalso erlang:get_module_info(Module, md5) =:= Md5;
        _ -> false
    end
end,

%% When the old code can't be put back, all whose states were are held, and what began on the new code goes on.
NoteCode = fun(Log, Module, Result) ->
    Began = [Pid || Result =/= ok, [Pid] <- ets:match(Log, {{newcomer, '$1'}, Module})],
    [ets:delete(Log, {newcomer, Pid}) || Pid <- Began],
    Ask(Began, resume, 250),
    case Result of
        ok ->
            ets:delete(Log, {code_stays, Module}),
            [ets:delete(Log, {held, Pid, {code, Module}}) || [Pid] <- ets:match(Log, {{held, '$1', {code, Module}}})];
        {error, missing} -> ok;
        _ ->
            ets:insert(Log, {{code_stays, Module}}),
            ets:insert(Log, [{{held, Pid, {code, Module}}} || [Group] <- ets:match(Log, {{tried, '$1', Module}}),
                             Pids <- Windows(Log, Group), Pid <- Pids, is_process_alive(Pid)])
    end
end,

PutCode = fun(Log, Module) ->
    StopNewcomers(Log, Module),
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
        [{_, {OldFile, OldBinary}}] ->
            case IsThere(Module, OldFile, OldBinary) of
                true -> ok;
                false -> OffOldCode(Log, Module, Load)
            end;
        _ -> OffOldCode(Log, Module, Load)
    end,
    case Result =:= ok andalso code:soft_purge(Module) of
        false when Result =:= ok -> OffOldCode(Log, Module, fun() -> code:soft_purge(Module) end);
        _ -> ok
    end,
    Result =:= ok andalso StopNewcomers(Log, Module),
    NoteCode(Log, Module, Result),
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
    Unchanged = NotedPids(Log, {unchanged, Group}),
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

%% What others have to answer may never be answered: it is done by a process that is given up after five minutes.
Limited = fun(Act) ->
    {Worker, Monitor} = spawn_monitor(erlang, apply, [fun() -> exit({result, Act()}) end, []]),
    receive
        {'DOWN', Monitor, process, _, {result, Result}} -> Result;
        {'DOWN', Monitor, process, _, Reason} -> {error, {exit, Reason}}
    after 300000 ->
        demonitor(Monitor, [flush]),
        exit(Worker, kill),
        {error, {exit, not_done_in_time}}
    end
end,

UndoNow = fun(Log, States, Action) ->
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
            %% The directory of an application that was not there before.
            {delete_path, Directory, NotLoaded} ->
                case code:del_path(Directory) of
                    {error, Reason} -> {error, {path_not_deleted, Directory, Reason}};
                    _ -> UnloadStrays(Directory ++ "/", NotLoaded)
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

%% These ask each process with a limit of its own.
Undo = fun(Log, States, Action) ->
    case lists:member(element(1, Action), [resume, suspend, put_code, put_states, downgrade_states]) of
        true -> UndoNow(Log, States, Action);
        false -> Limited(fun() -> UndoNow(Log, States, Action) end)
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
%% A suspend is never done once more: what it was for has been done then, and others have gone on.
UndoEach = fun(Log, States, Entries) ->
    [begin
        Result = Undo(Log, States, Action),
        ets:insert(Log, {{undone, Section, Order}, What, Result}),
        (Result =:= ok orelse element(1, Action) =:= suspend) andalso ets:delete(Log, {undo, Section, Order})
    end || [Section, Order, What, Action] <- lists:sort(Entries)]
end,

%% What began on the new code begins anew when all code is back, and before anything is started.
UndoAll = fun(Log, States, Entries) ->
    UndoEach(Log, States, [Entry || [Section | _] = Entry <- Entries, Section =:= 0]),
    catch RenewBack(Log),
    UndoEach(Log, States, [Entry || [Section | _] = Entry <- Entries, Section =/= 0]),
    Phase = case ets:match(Log, {{undo, '$1', '$2'}, '_', '_'}) of [] -> rolled_back; _ -> failed end,
    ets:insert(Log, {phase, Phase}),
    Phase =:= rolled_back andalso ets:delete(States),
    Phase
end,

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
            Answer = case IsTakenBack(Log) orelse Lock() of
                false -> locked;
                true ->
                    case IsTakenBack(Log) of
                        true -> rolled_back;
                        false -> Rest(RollBack(Log, States, requested))
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
