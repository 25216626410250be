%% Asks the guardian: {answer, Answer}, or {down, Reason} where it is gone.
%% Bound outside: Guardian, Question.
Monitor = monitor(process, Guardian),
Guardian ! {Question, self(), Monitor},
receive
    {Monitor, Answer} ->
        demonitor(Monitor, [flush]),
        {answer, Answer};
    {'DOWN', Monitor, process, _, Reason} -> {down, Reason}
end.
