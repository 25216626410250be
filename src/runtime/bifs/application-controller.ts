import { Atom, type Term, atom, list, tuple } from "../../terms/term.js";
import * as controller from "../application/controller.js";
import { callMaster } from "../application/master.js";
import type { BifModule } from "../context.js";
import { badarg } from "../process/raised.js";
import { UNDEFINED } from "../support/term.js";
import { getKey } from "./application.js";

const name = (term: Term): string => (term instanceof Atom ? term.name : badarg());
const { askController: ask } = controller;

/** Module `application_controller`: what others call, and the callbacks of its own server. */
export const applicationController: BifModule = {
  "get_master/1": ({ node }, app) => node.applications.masters.get(name(app)) ?? UNDEFINED,
  "get_key/2": (context, app, key) => getKey(context, name(app), key),
  "get_env/2": ({ node }, app, key) => node.applications.getEnv(name(app), name(key)),
  "which_applications/0": (context) => ask(context, atom("which_applications"), 5_000),
  "which_applications/1": (context) => ask(context, atom("which_applications")),
  "loaded_applications/0": ({ node }) =>
    list(...[...node.applications.loaded.keys()].map((loaded) => node.applications.entry(loaded))),
  "is_running/1": (context, app) => ask(context, tuple(atom("is_running"), app)),
  "load_application/1": (context, app) => ask(context, tuple(atom("load_application"), app)),
  "unload_application/1": (context, app) => ask(context, tuple(atom("unload_application"), app)),
  "start_application/2": (context, app, type) => ask(context, tuple(atom("start_application"), app, type)),
  "stop_application/1": (context, app) => ask(context, tuple(atom("stop_application"), app)),
  "change_application_data/2": (context, applications, config) =>
    ask(context, tuple(atom("change_application_data"), applications, config)),
  "prep_config_change/0": (context) => ask(context, atom("prep_config_change")),
  "config_change/1": (context, before) => ask(context, tuple(atom("config_change"), before)),
  "init/1": controller.init,
  "handle_call/3": controller.handleCall,
  "handle_cast/2": controller.handleCast,
  "handle_info/2": controller.handleInfo,
};

/** Module `application_master`. */
export const applicationMaster: BifModule = {
  "get_child/1": (context, master) => callMaster(context, master, atom("get_child")),
  "stop/1": (context, master) => callMaster(context, master, atom("stop")),
};
