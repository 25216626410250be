import { atom, list, tuple, type Term } from "../../terms/term.js";
import type { BifModule, Context } from "../context.js";
import { callServer, startServer } from "../otp/gen-server.js";
import * as server from "../release-handler/server.js";
import { OK } from "../support/term.js";

const RELEASE_HANDLER = atom("release_handler");

const ask = (context: Context, ...request: readonly Term[]): Promise<Term> =>
  callServer(context, RELEASE_HANDLER, request.length === 1 ? request[0]! : tuple(...request), "infinity");

/** Starts the release handler, which on other nodes is a child of sasl's supervisor. */
export async function startReleaseHandler(context: Context): Promise<void> {
  const name = tuple(atom("local"), RELEASE_HANDLER);
  await startServer(context, { name, module: RELEASE_HANDLER, args: list(), options: list(), link: false });
}

/** Module `release_handler`: what others call, and the callbacks of its own server. */
export const releaseHandler: BifModule = {
  "which_releases/0": (context) => ask(context, atom("which_releases")),
  "unpack_release/1": (context, name) => ask(context, atom("unpack_release"), name),
  "set_unpacked/2": (context, file, directories) => ask(context, atom("set_unpacked"), file, directories),
  "set_removed/1": (context, vsn) => ask(context, atom("set_removed"), vsn),
  "install_release/2": (context, vsn, options) => ask(context, atom("install_release"), vsn, atom("restart"), options),
  "make_permanent/1": (context, vsn) => ask(context, atom("make_permanent"), vsn),
  "init/1": server.init,
  "handle_call/3": server.handleCall,
  "handle_cast/2": (_context, _message, state) => tuple(atom("noreply"), state),
  "handle_info/2": (_context, _message, state) => tuple(atom("noreply"), state),
  "terminate/2": () => OK,
};
