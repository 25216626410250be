%% What the guardian under a name says of itself: {Pid, Log, States, Holder, Phase, Memory}, or none.
%% Bound outside: Name.
case whereis(Name) of
    undefined -> none;
    Pid ->
        case catch lists:keyfind(relupctl, 1, element(2, erlang:process_info(Pid, dictionary))) of
            {relupctl, {{Log, States}, Holder}} ->
                Phase = case catch ets:lookup(Log, phase) of [{phase, Is}] -> Is; _ -> unknown end,
                {Pid, Log, States, Holder, Phase, ets:info(States, memory)};
            _ -> {Pid, unknown}
        end
end.
