// The application: starts the supervisors, and then a few stores.
const { apply, atom, binary, isTuple, list, supervisor, tuple } = require("relupctl/runtime");

exports.behaviour = "application";

const STORES = [
  ["fruit", [tuple(binary("apple"), 3), tuple(binary("pear"), 5)]],
  ["tools", [tuple(binary("hammer"), 1)]],
  ["books", []],
];

exports.start = async (_type, _args) => {
  const started = await apply(atom("Elixir.MyStore.Supervisor"), atom("start_link"), []);
  if (!isTuple(started, "ok")) return started;
  for (const [name, entries] of STORES) {
    const options = list(tuple(atom("name"), atom(name)), tuple(atom("entries"), list(...entries)));
    await supervisor.start_child(atom("Elixir.MyStore.Stores"), list(options));
  }
  return started;
};
exports.stop = (_state) => atom("ok");
