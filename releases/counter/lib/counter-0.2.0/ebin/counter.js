// Counts. The state is {counted, Next}; in 0.1.0 it was the number alone.
const { Tuple, atom, error, gen_server, isAtom, isTuple, local, nil, tuple } = require("relupctl/runtime");

exports.vsn = "0.2.0";
exports.behaviour = "gen_server";

const counted = (next) => tuple(atom("counted"), next);

exports.start_link = () => gen_server.start_link(local("counter"), atom("counter"), nil);

exports.init = (_args) => tuple(atom("ok"), counted(0));

exports.handle_call = (request, _from, state) => {
  const [, next] = state.elements;
  return isAtom(request, "next")
    ? tuple(atom("reply"), next, counted(next + 1))
    : tuple(atom("reply"), tuple(atom("error"), atom("unknown_request")), state);
};

exports.handle_cast = (_message, state) => tuple(atom("noreply"), state);

// Up from 0.1.0, and down to it: then the old version is {down, Vsn}.
exports.code_change = (oldVsn, state, _extra) => {
  if (isTuple(oldVsn, "down", 2)) return tuple(atom("ok"), state.elements[1]);
  if (state instanceof Tuple) return error(tuple(atom("unexpected_state"), state));
  return tuple(atom("ok"), counted(state));
};
