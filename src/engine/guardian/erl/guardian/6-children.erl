%% Children of supervisors: starting again what was stopped.

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
end.
