%% Posts the guardian: {Pid, Log, States}, or `taken` where the node is locked.
%% Bound outside: Bindings (of Program), Program.
{Pid, Monitor} = spawn_monitor(erl_eval, exprs, [Program, Bindings ++ [{'Parent', self()}]]),
receive
    {Pid, Answer} ->
        demonitor(Monitor, [flush]),
        case Answer of
            {guards, Log, States} -> {Pid, Log, States};
            taken -> taken
        end;
    {'DOWN', Monitor, process, _, Reason} -> exit(Reason)
end.
