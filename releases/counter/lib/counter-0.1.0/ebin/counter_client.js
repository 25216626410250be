// Calls the counter every few milliseconds and notes what it sees: a call without an answer, a number left out, a number
// given twice. After an upgrade without loss, calls and answers are equal, skipped and repeated are 0.
const { atom, gen_server, isAtom, local, mapGet, mapPut, nil, record, self, send_after, tuple } =
  require("relupctl/runtime");

exports.vsn = "1";
exports.behaviour = "gen_server";

const EVERY_MS = 5;

exports.start_link = () => gen_server.start_link(local("counter_client"), atom("counter_client"), nil);

exports.init = (_args) => {
  send_after(EVERY_MS, self(), atom("tick"));
  return tuple(atom("ok"), record({ calls: 0, answers: 0, last: -1, skipped: 0, repeated: 0 }));
};

exports.handle_call = (request, _from, seen) =>
  isAtom(request, "seen") ? tuple(atom("reply"), seen, seen) : tuple(atom("reply"), atom("unknown"), seen);

exports.handle_cast = (_message, seen) => tuple(atom("noreply"), seen);

exports.handle_info = async (message, seen) => {
  if (!isAtom(message, "tick")) return tuple(atom("noreply"), seen);
  send_after(EVERY_MS, self(), atom("tick"));
  const called = add(seen, "calls", 1);
  let number;
  try {
    number = await gen_server.call(atom("counter"), atom("next"));
  } catch {
    return tuple(atom("noreply"), called);
  }
  return tuple(atom("noreply"), compare(add(called, "answers", 1), number));
};

const add = (seen, key, count) => mapPut(seen, key, mapGet(seen, key) + count);

function compare(seen, number) {
  const last = mapGet(seen, "last");
  const counted = mapPut(seen, "last", number);
  if (last === -1 || number === last + 1) return counted;
  return number > last ? add(counted, "skipped", number - last - 1) : add(counted, "repeated", 1);
}
