// Counts. The state is #{next => Next}. This version is broken on purpose: its code_change refuses every state of an
// earlier version, which shows what an upgrade does when the code fails.
const { atom, error, gen_server, isAtom, isTuple, local, mapGet, nil, record, text, tuple } =
  require("relupctl/runtime");

exports.vsn = "0.3.0";
exports.behaviour = "gen_server";

const state = (next) => record({ next });

exports.start_link = () => gen_server.start_link(local("counter"), atom("counter"), nil);

exports.init = (_args) => tuple(atom("ok"), state(0));

exports.handle_call = (request, _from, current) => {
  const next = mapGet(current, "next");
  return isAtom(request, "next")
    ? tuple(atom("reply"), next, state(next + 1))
    : tuple(atom("reply"), tuple(atom("error"), atom("unknown_request")), current);
};

exports.handle_cast = (_message, current) => tuple(atom("noreply"), current);

exports.code_change = (oldVsn, current, _extra) => {
  if (!isTuple(oldVsn, "down", 2)) return error(tuple(atom("cannot_take_over"), oldVsn, current));
  const next = mapGet(current, "next");
  const [, vsn] = oldVsn.elements;
  return tuple(atom("ok"), text(vsn) === "0.1.0" ? next : tuple(atom("counted"), next));
};
