import { atom, list, string, tuple, type Term } from "../../terms/term.js";
import type { BifModule, Context } from "../context.js";
import { callServer } from "../otp/gen-server.js";

/** What OTP's functions do. sasl has no processes here, so that they find none, as on a node where it doesn't run. */
const ask = (context: Context, ...request: readonly Term[]): Promise<Term> =>
  callServer(context, atom("release_handler"), tuple(...request), "infinity");

/** Module `release_handler`: the release that was booted, which is the permanent one. */
export const releaseHandler: BifModule = {
  "which_releases/0": ({ node: { release } }) => {
    const libraries = release.applications.map(({ name, vsn }) => string(`${name}-${vsn}`));
    return list(tuple(string(release.name), string(release.vsn), list(...libraries), atom("permanent")));
  },
  "unpack_release/1": (context, name) => ask(context, atom("unpack_release"), name),
  "set_unpacked/2": (context, file, directories) => ask(context, atom("set_unpacked"), file, directories),
  "set_removed/1": (context, vsn) => ask(context, atom("set_removed"), vsn),
  "install_release/2": (context, vsn, options) => ask(context, atom("install_release"), vsn, atom("restart"), options),
  "make_permanent/1": (context, vsn) => ask(context, atom("make_permanent"), vsn),
};
