%% Each action, and all of them in their order.

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

%% Whatever still changes something is ended: what it has sent by then is dealt with before what is sent from here. Which
%% code is loaded is looked up without asking the code server since OTP 26, so it is asked something first: a load that
%% waited there is done when it answers.
EndActors = fun(Log) ->
    [begin
         Monitor = monitor(process, Pid),
         exit(Pid, kill),
         receive {'DOWN', Monitor, process, _, _} -> ok end
     end || [Pid] <- ets:match(Log, {{actor, '$1'}})],
    code:get_path()
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
end.
