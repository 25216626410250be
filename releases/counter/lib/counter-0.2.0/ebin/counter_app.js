// The application: starts the top supervisor.
const { apply, atom } = require("relupctl/runtime");

exports.behaviour = "application";

exports.start = (_type, _args) => apply(atom("counter_sup"), atom("start_link"), []);
exports.stop = (_state) => atom("ok");
