// Counts. The state is the next number.
const { atom, gen_server, isAtom, local, nil, tuple } = require("relupctl/runtime");

exports.vsn = "0.1.0";
exports.behaviour = "gen_server";

exports.start_link = () => gen_server.start_link(local("counter"), atom("counter"), nil);

exports.init = (_args) => tuple(atom("ok"), 0);

exports.handle_call = (request, _from, next) =>
  isAtom(request, "next")
    ? tuple(atom("reply"), next, next + 1)
    : tuple(atom("reply"), tuple(atom("error"), atom("unknown_request")), next);

exports.handle_cast = (_message, next) => tuple(atom("noreply"), next);
