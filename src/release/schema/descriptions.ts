import type { KindName } from "../kinds/kind.js";

/** What editors show for a file and for its keys. */
export const titles: Readonly<Record<KindName, string>> = {
  rel: "A release (.rel) in YAML, for relupctl",
  app: "An application (.app) in YAML, for relupctl",
  appup: "Upgrade instructions of an application (.appup) in YAML, for relupctl",
  relup: "Upgrade scripts of a release (relup) in YAML, for relupctl",
};

const term = 'Any Erlang term: an integer, float, true, false, list, text in quotes (a string), or !erl "{any, term}".';

const descriptions: Readonly<Record<string, string>> = {
  name: "The name.",
  vsn: 'The version, in quotes: "1.2.0".',
  erts: "The version of the Erlang runtime system.",
  applications: "The applications that must be started before this one.",
  type: "How it is started; permanent unless given.",
  includedApplications: "Applications that this one starts and stops itself.",
  optionalApplications: "Those of the applications that may be missing.",
  description: "What it is, in one line.",
  id: "An id of the product.",
  modules: "The modules.",
  registered: "The names under which its processes are registered.",
  maxP: "The most processes it may have. OTP ignores it.",
  maxT: "The longest time it may run, in milliseconds.",
  env: `Configuration parameters and their values. A value is: ${term}`,
  mod: "The callback module of the application, and the argument of its start function. [] says that there is none.",
  startPhases: "Phases of the start and their arguments.",
  runtimeDependencies: 'Versions of other applications that it needs: ["kernel-8.0"].',
  extra: "Keys that app(4) doesn't know, kept as they are.",
  order: "The order of the keys as app(4) spells them, where the order in this file doesn't say it.",
  upFrom: "The versions that can be upgraded to this one, and how.",
  downTo: "The versions that this one can be downgraded to, and how.",
  version: 'The other version: "1.1.0", or { regex: "1\\\\.1\\\\..*" }.',
  instructions: "What is done, in this order as far as dependencies don't say otherwise.",
  script: "Low-level instructions, in the order they are executed.",
  update: "Processes of this module are suspended, get the new code, and go on.",
  load_module: "The new code of this module is loaded; its processes are left alone.",
  add_module: "A module that the new version adds.",
  delete_module: "A module that the new version doesn't have.",
  add_application: "An application that is started.",
  remove_application: "An application that is stopped and unloaded.",
  restart_application: "An application that is stopped and started again, with the new code.",
  load_object_code: "The application from whose new version object code is read.",
  load: "The module whose object code becomes its code.",
  remove: "The module whose code becomes old.",
  purge: "Modules whose old code is purged.",
  suspend: "Modules whose processes are suspended.",
  resume: "Modules whose processes go on.",
  code_change: "Modules whose suspended processes run code_change.",
  stop: "Modules whose processes are stopped by their supervisors.",
  start: "Modules whose stopped processes are started again.",
  sync_nodes: `An id by which nodes wait for each other: ${term}`,
  apply: "A function that is called.",
  module: "The name of the module, such as my_server or Elixir.MyApp.Server.",
  function: "The name of the function.",
  args: `The arguments. ${term}`,
  advanced: `The Extra argument of code_change. ${term}`,
  supervisor: "true for a supervisor: its flags and child specifications change. No other field goes with it.",
  modType: "static where code_change runs before the new code is loaded, dynamic (the default) where it runs after.",
  timeout: "How long one process may take to suspend: milliseconds, default or infinity.",
  change: "soft (the default): the state stays as it is. { advanced: Extra }: code_change is called.",
  prePurge: "What becomes of processes that run old code before the load; brutal_purge unless given.",
  postPurge: "What becomes of processes that run old code afterwards; brutal_purge unless given.",
  depMods: "Modules that this one depends on: they change before it.",
  mode: "up or down; up unless given.",
  nodes: "The nodes to wait for, or a function that gives them.",
  regex: "A regular expression that must match the whole version.",
};

/** What a key means, where it means something else than elsewhere. */
function inContext(kind: KindName, key: string, siblings: readonly string[]): string | undefined {
  if (kind === "rel" && key === "applications") return "The applications of the release, kernel and stdlib among them.";
  if (kind === "relup" && key === "description") return `What installing answers; [] unless given. ${term}`;
  if (key === "extra" && siblings.includes("module")) return `The Extra argument of code_change. ${term}`;
  return undefined;
}

/** What a key means, for the reader of a file. */
export function describeKey(kind: KindName, key: string, siblings: readonly string[]): string | undefined {
  return inContext(kind, key, siblings) ?? descriptions[key];
}
