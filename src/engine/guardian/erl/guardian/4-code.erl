%% Code: putting back what was there.

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

%% True where the code that is to come back is there: it was noted, but never changed.
IsThere = fun(Module, File, Binary) ->
    case erlang:module_loaded(Module) andalso beam_lib:md5(Binary) of
        {ok, {_, Md5}} -> code:which(Module) =:= File andalso erlang:get_module_info(Module, md5) =:= Md5;
        _ -> false
    end
end,

LoadCode = fun(Module, File, Binary) ->
    case code:load_binary(Module, File, Binary) of
        {module, _} -> ok;
        {error, Reason} -> {error, {not_loaded, Reason}}
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
    Result = case ets:lookup(Log, {code, Module}) of
        [{_, none}] ->
            OffOldCode(Log, Module, fun() ->
                code:purge(Module),
                code:delete(Module),
                ok
            end);
        [{_, {File, Binary}}] ->
            case IsThere(Module, File, Binary) of
                true -> ok;
                false -> OffOldCode(Log, Module, fun() -> LoadCode(Module, File, Binary) end)
            end;
        _ -> {error, missing}
    end,
    case Result of
        ok ->
            code:soft_purge(Module) orelse OffOldCode(Log, Module, fun() -> code:soft_purge(Module) end),
            StopNewcomers(Log, Module);
        _ -> ok
    end,
    NoteCode(Log, Module, Result),
    Result
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
end.
