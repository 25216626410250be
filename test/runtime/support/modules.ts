import type { TestApplication } from "./boot.js";

/** The counter of the field notes: an integer as its state, and a code_change that tags it. */
const z = `const { gen_server, local, atom, tuple, isAtom } = require("relupctl/runtime");
exports.vsn = "0";
exports.behaviour = "gen_server";
exports.start_link = () => gen_server.start_link(local("z"), atom("z"), 0);
exports.init = (n) => tuple(atom("ok"), n);
exports.handle_call = (request, from, n) => {
  if (isAtom(request, "crash"))
    throw new Error("oops");
  return tuple(atom("reply"), n, n + 1);
};
exports.handle_cast = (message, n) => tuple(atom("noreply"), n);
exports.code_change = (oldVsn, n, extra) => tuple(atom("ok"), tuple(atom("tschak"), n));
`;

const app = `const { supervisor, local, atom, tuple, list, record, nil } = require("relupctl/runtime");
exports.behaviour = ["application", "supervisor"];
exports.start = () => supervisor.start_link(local("app_sup"), atom("app"), nil);
exports.init = () => {
  const child = record({ id: atom("z"), start: tuple(atom("z"), atom("start_link"), nil) });
  return tuple(atom("ok"), tuple(record({ strategy: atom("one_for_one") }), list(child)));
};
`;

export const counterApplication: TestApplication = { modules: { z, app }, mod: "{app, []}" };
