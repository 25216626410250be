// Starts stores on demand, as Elixir's DynamicSupervisor does.
// The child specification names the server's own module, which has start_link.
const { atom, list, local, nil, record, supervisor, tuple } = require("relupctl/runtime");

exports.behaviour = "supervisor";

const STORES = atom("Elixir.MyStore.Stores");

exports.start_link = () => supervisor.start_link(local(STORES), STORES, nil);

exports.init = (_args) => {
  const store = record({
    id: atom("undefined"),
    start: tuple(atom("Elixir.MyStore.Server"), atom("start_link"), nil),
    restart: atom("transient"),
  });
  return tuple(atom("ok"), tuple(record({ strategy: atom("simple_one_for_one") }), list(store)));
};
