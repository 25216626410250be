// The top supervisor: the counter, and the client that watches what an upgrade does to it.
const { atom, list, local, nil, record, supervisor, tuple } = require("relupctl/runtime");

exports.behaviour = "supervisor";

exports.start_link = () => supervisor.start_link(local("counter_sup"), atom("counter_sup"), nil);

exports.init = (_args) => {
  const flags = record({ strategy: atom("one_for_one"), intensity: 5, period: 10 });
  const worker = (name) => record({ id: atom(name), start: tuple(atom(name), atom("start_link"), nil) });
  return tuple(atom("ok"), tuple(flags, list(worker("counter"), worker("counter_client"))));
};
