// One store. The state is a map; until 1.0.1 it was a keyword list.
const { atom, gen_server, isAtom, isTuple, keyGet, list, local, map, mapGet, mapPut, tuple } =
  require("relupctl/runtime");

exports.vsn = "2.0.0";
exports.behaviour = "gen_server";

exports.start_link = (options) =>
  gen_server.start_link(local(keyGet(options, "name")), atom("Elixir.MyStore.Server"), options);

exports.init = (options) => tuple(atom("ok"), fromList(keyGet(options, "entries")));

exports.handle_call = (request, _from, entries) => {
  if (isTuple(request, "get", 2)) {
    return tuple(atom("reply"), mapGet(entries, request.elements[1], atom("nil")), entries);
  }
  if (isTuple(request, "put", 3)) {
    const [, key, value] = request.elements;
    return tuple(atom("reply"), atom("ok"), mapPut(entries, key, value));
  }
  if (isAtom(request, "all")) return tuple(atom("reply"), toList(entries), entries);
  return tuple(atom("reply"), tuple(atom("error"), atom("unknown_request")), entries);
};

exports.handle_cast = (_message, entries) => tuple(atom("noreply"), entries);

// Up from a keyword list, and down to one: then the old version is {down, Vsn}.
exports.code_change = (oldVsn, entries, _extra) =>
  tuple(atom("ok"), isTuple(oldVsn, "down", 2) ? toList(entries) : fromList(entries));

const fromList = (entries) => entries.elements.reduce((all, { elements: [key, value] }) => mapPut(all, key, value), map([]));
const toList = (entries) => list(...entries.entries.map(([key, value]) => tuple(key, value)));
