// The API of the stores.
const { atom, gen_server, tuple } = require("relupctl/runtime");

exports.vsn = "1.0.1";

exports.get = (store, key) => gen_server.call(store, tuple(atom("get"), key));
exports.put = (store, key, value) => gen_server.call(store, tuple(atom("put"), key, value));
exports.all = (store) => gen_server.call(store, atom("all"));
