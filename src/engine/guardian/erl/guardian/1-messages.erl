%% The guardian: a process on the node that takes an upgrade back, on request, or on its own when whoever executes the
%% upgrade is gone. Not a module: expressions for erl_eval:exprs/2, so nothing is installed there. The files of this
%% folder are one program, in their order: what one binds, those after it use. `npx tsx scripts/forms.ts` makes forms.ts
%% of them.
%%
%% Bound outside: CallMs (for one system message), Client (a pid whose end is ours, or undefined), Holder (what others
%% are told), IsTagged (whether a process answers get_state with {ok, State}), LeaseMs, Parent (who waits for
%% `{Pid, {guards, Log, States}}`).
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

Noted = fun(Log, Key) ->
    case ets:lookup(Log, Key) of [{_, List}] -> List; [] -> [] end
end,

Windows = fun(Log, Group) ->
    lists:append(lists:map(fun erlang:binary_to_term/1, Noted(Log, {group, Group})))
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
end.
