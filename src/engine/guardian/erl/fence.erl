%% Calls a function that changes something, unless the guardian has begun to take the upgrade back: {done, Value}, lost.
%% Bound outside: Arguments, Function, Log, Module.
case catch ets:insert(Log, {{actor, self()}}) of
    true ->
        try
            case ets:lookup(Log, phase) of
                [{phase, upgrading}] -> {done, apply(Module, Function, Arguments)};
                _ -> lost
            end
        after
            catch ets:delete(Log, {actor, self()})
        end;
    _ -> lost
end.
