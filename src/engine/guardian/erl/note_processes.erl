%% Notes which processes there are now. Bound outside: Key, Log.
ets:insert(Log, {Key, erlang:processes()}).
