// The top supervisor. Below it is the one under which the stores are started.
const { atom, list, local, nil, record, supervisor, tuple } = require("relupctl/runtime");

exports.behaviour = "supervisor";

const TOP = atom("Elixir.MyStore.Supervisor");
const STORES = atom("Elixir.MyStore.Stores");

exports.start_link = () => supervisor.start_link(local(TOP), TOP, nil);

exports.init = (_args) => {
  const stores = record({
    id: STORES,
    start: tuple(STORES, atom("start_link"), nil),
    type: atom("supervisor"),
    modules: list(STORES),
  });
  return tuple(atom("ok"), tuple(record({ strategy: atom("one_for_one") }), list(stores)));
};
