%% Keeps what each process of some windows answers to get_state; gives a list without a meaning.
%% Bound outside: Group, States, Timeout, Windows (term_to_binary([[pid()]])).
lists:map(fun(Pids) ->
    Length = length(Pids),
    Requests = lists:zipwith3(fun gen:send_request/3, Pids, lists:duplicate(Length, system),
                              lists:duplicate(Length, get_state)),
    Until = {abs, erlang:monotonic_time(millisecond) + Timeout},
    Answers = lists:zipwith(fun gen:wait_response/2, Requests, lists:duplicate(Length, Until)),
    ets:insert(States, lists:zip(lists:zip(lists:duplicate(Length, Group), Pids), Answers))
end, binary_to_term(Windows)).
