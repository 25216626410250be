// One store. The state is a keyword list: [{Key, Value}].
const { atom, gen_server, isAtom, isTuple, keyGet, keyPut, local, tuple } = require("relupctl/runtime");

exports.vsn = "1.0.1";
exports.behaviour = "gen_server";

exports.start_link = (options) =>
  gen_server.start_link(local(keyGet(options, "name")), atom("Elixir.MyStore.Server"), options);

exports.init = (options) => tuple(atom("ok"), keyGet(options, "entries"));

exports.handle_call = (request, _from, entries) => {
  if (isTuple(request, "get", 2)) {
    const value = keyGet(entries, request.elements[1]);
    return tuple(atom("reply"), value === undefined ? atom("nil") : value, entries);
  }
  if (isTuple(request, "put", 3)) {
    const [, key, value] = request.elements;
    return tuple(atom("reply"), atom("ok"), keyPut(entries, key, value));
  }
  if (isAtom(request, "all")) return tuple(atom("reply"), entries, entries);
  return tuple(atom("reply"), tuple(atom("error"), atom("unknown_request")), entries);
};

exports.handle_cast = (_message, entries) => tuple(atom("noreply"), entries);
