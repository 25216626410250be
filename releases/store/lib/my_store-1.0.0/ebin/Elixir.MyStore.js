// The API of the stores. It starts them, too: their process runs Elixir.MyStore.Server.
const { atom, gen_server, keyGet, local, tuple } = require("relupctl/runtime");

exports.vsn = "1.0.0";

exports.start_link = (options) =>
  gen_server.start_link(local(keyGet(options, "name")), atom("Elixir.MyStore.Server"), options);

exports.get = (store, key) => gen_server.call(store, tuple(atom("get"), key));
exports.put = (store, key, value) => gen_server.call(store, tuple(atom("put"), key, value));
exports.all = (store) => gen_server.call(store, atom("all"));
