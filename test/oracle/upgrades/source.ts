import { APP, type ApplicationVersion, type ModuleSource, type SupervisorSpec, type UpgradeCase } from "./model.js";

/** Erlang sources of a generated application. Every callback notes what it was called with (`upgrade_kit`). */

/** A `.erl` that needs no preprocessor. */
export function sourceOf(module: ModuleSource): string {
  const head = [`-module(${module.name}).`, ...(module.vsn === undefined ? [] : [`-vsn(${module.vsn}).`])];
  return [...head, ...bodyOf(module)].join("\n");
}

function bodyOf(module: ModuleSource): string[] {
  switch (module.kind) {
    case "server":
      return server(module);
    case "statem":
      return statem(module);
    case "handler":
      return handler(module);
    case "special":
      return special(module);
    case "supervisor":
      return supervisor(module);
    case "library":
      return library(module);
    case "application":
      return application(module);
    case "written":
      return [module.body];
  }
}

type Of<Kind extends ModuleSource["kind"]> = Extract<ModuleSource, { kind: Kind }>;

/** `upgrade_kit:note({What, Module, Version, ...})` under the name of the process. */
const note = ({ name, version }: ModuleSource, what: string, ...more: readonly string[]): string =>
  `upgrade_kit:note({${[what, name, version, ...more].join(", ")}})`;

const initialState = ({ name, version }: ModuleSource): string => `{${name}, ${version}, []}`;

/** The clauses after `note(...)` of a code_change whose variables are Old, State and Extra, and its result. */
function converted(module: Of<"server" | "statem" | "handler" | "special">, ok: (state: string) => string): string {
  const [how, direction] = module.codeChange.split(" ");
  const fails = how === "refuses" ? `{error, {refused, ${module.name}}}` : `erlang:error({raised, ${module.name}})`;
  const clause = (pattern: string, to: number, way: string): string =>
    `${pattern} -> ${way === direction ? fails : ok(`setelement(2, setelement(3, State, [{Old, Extra} | element(3, State)]), ${to})`)}`;
  return `case Old of ${clause("{down, _}", 1, "down")}; ${clause("_", 2, "up")} end`;
}

function server(module: Of<"server">): string[] {
  const { name, codeChange, keepsFunOf } = module;
  const exports = ["start_link/1", "init/1", "handle_call/3", "handle_cast/2", "handle_info/2", "terminate/2"];
  const kept = keepsFunOf === undefined ? "none" : `${keepsFunOf}:make()`;
  return [
    `-behaviour(gen_server).`,
    `-export([${[...exports, ...(codeChange === "none" ? [] : ["code_change/3"])].join(", ")}]).`,
    `start_link(Name) -> gen_server:start_link({local, Name}, ${name}, Name, []).`,
    `init(_) -> process_flag(trap_exit, true), ${note(module, "init")}, {ok, erlang:append_element(${initialState(module)}, ${kept})}.`,
    `handle_call(_, _, State) -> {reply, State, State}.`,
    `handle_cast(_, State) -> {noreply, State}.`,
    `handle_info(_, State) -> {noreply, State}.`,
    `terminate(Reason, State) -> ${note(module, "terminate", "Reason", "State")}.`,
    ...(codeChange === "none"
      ? []
      : [
          `code_change(Old, State, Extra) -> ${note(module, "code_change", "Old", "State", "Extra")}, ` +
            `${converted(module, (state) => `{ok, ${state}}`)}.`,
        ]),
  ];
}

function statem(module: Of<"statem">): string[] {
  const { name, codeChange, mode } = module;
  const exports = ["start_link/1", "callback_mode/0", "init/1", "terminate/3"];
  const events = mode === "state_functions" ? "idle/3" : "handle_event/4";
  return [
    `-behaviour(gen_statem).`,
    `-export([${[...exports, events, ...(codeChange === "none" ? [] : ["code_change/4"])].join(", ")}]).`,
    `start_link(Name) -> gen_statem:start_link({local, Name}, ${name}, Name, []).`,
    `callback_mode() -> ${mode}.`,
    `init(_) -> process_flag(trap_exit, true), ${note(module, "init")}, {ok, idle, ${initialState(module)}}.`,
    mode === "state_functions"
      ? `idle({call, From}, _, _) -> {keep_state_and_data, [{reply, From, {state_functions, ${name}}}]}.`
      : `handle_event({call, From}, _, _, _) -> {keep_state_and_data, [{reply, From, {handle_event_function, ${name}}}]}.`,
    `terminate(Reason, _, State) -> ${note(module, "terminate", "Reason", "State")}.`,
    ...(codeChange === "none"
      ? []
      : [
          `code_change(Old, Where, State, Extra) -> ${note(module, "code_change", "Old", "State", "Extra")}, ` +
            `${converted(module, (state) => `{ok, Where, ${state}}`)}.`,
        ]),
  ];
}

function handler(module: Of<"handler">): string[] {
  const { codeChange } = module;
  const exports = ["init/1", "handle_event/2", "handle_call/2", "handle_info/2", "terminate/2"];
  return [
    `-behaviour(gen_event).`,
    `-export([${[...exports, ...(codeChange === "none" ? [] : ["code_change/3"])].join(", ")}]).`,
    `init(Arg) -> ${note(module, "init", "Arg")}, {ok, erlang:append_element(${initialState(module)}, Arg)}.`,
    `handle_event(_, State) -> {ok, State}.`,
    `handle_call(_, State) -> {ok, State, State}.`,
    `handle_info(_, State) -> {ok, State}.`,
    `terminate(Reason, State) -> ${note(module, "terminate", "Reason", "State")}.`,
    ...(codeChange === "none"
      ? []
      : [
          `code_change(Old, State, Extra) -> ${note(module, "code_change", "Old", "State", "Extra")}, ` +
            `${converted(module, (state) => `{ok, ${state}}`)}.`,
        ]),
  ];
}

function special(module: Of<"special">): string[] {
  const { name, codeChange, tellsState } = module;
  const exports = ["start_link/1", "init/2", "loop/3", "system_continue/3", "system_terminate/4"];
  const more = [
    ...(codeChange === "none" ? [] : ["system_code_change/4"]),
    ...(tellsState ? ["system_get_state/1", "system_replace_state/2"] : []),
  ];
  return [
    `-export([${[...exports, ...more].join(", ")}]).`,
    `start_link(Name) -> proc_lib:start_link(${name}, init, [Name, self()]).`,
    `init(Name, Parent) -> register(Name, self()), ${note(module, "init")}, ` +
      `proc_lib:init_ack(Parent, {ok, self()}), loop(${initialState(module)}, Parent, sys:debug_options([])).`,
    `loop(State, Parent, Debug) -> receive ` +
      `{system, From, Request} -> sys:handle_system_msg(Request, From, Parent, ${name}, Debug, State); ` +
      `_ -> ${name}:loop(State, Parent, Debug) end.`,
    `system_continue(Parent, Debug, State) -> ${name}:loop(State, Parent, Debug).`,
    `system_terminate(Reason, _, _, State) -> ${note(module, "terminate", "Reason", "State")}, exit(Reason).`,
    ...(codeChange === "none"
      ? []
      : [
          `system_code_change(State, Module, Old, Extra) -> ${note(module, "code_change", "Old", "State", "Extra", "Module")}, ` +
            `${converted(module, (state) => `{ok, ${state}}`)}.`,
        ]),
    ...(tellsState
      ? [
          `system_get_state(State) -> {ok, State}.`,
          `system_replace_state(Fun, State) -> New = Fun(State), {ok, New, New}.`,
        ]
      : []),
  ];
}

function supervisor(module: Of<"supervisor">): string[] {
  const { name, supervisors } = module;
  const clauses = [...supervisors].map(([who, spec]) => `spec(${who}) -> ${supervisorText(spec)}`);
  return [
    `-behaviour(supervisor).`,
    `-export([start_link/1, init/1]).`,
    `start_link(Name) -> supervisor:start_link({local, Name}, ${name}, Name).`,
    `init(Name) -> ${note(module, "init")}, {ok, spec(Name)}.`,
    `${clauses.join(";\n")}.`,
  ];
}

function supervisorText({ strategy, intensity, period, children }: SupervisorSpec): string {
  const specs = children.map(
    ({ id, start, restart, shutdown, type, modules }) =>
      `#{id => ${id}, start => ${start}, restart => ${restart}, shutdown => ${shutdown}, type => ${type}, ` +
      `modules => ${modules === "dynamic" ? "dynamic" : `[${modules.join(", ")}]`}}`,
  );
  return `{#{strategy => ${strategy}, intensity => ${intensity}, period => ${period}}, [${specs.join(",\n  ")}]}`;
}

function library(module: Of<"library">): string[] {
  const { name, version } = module;
  return [
    `-export([value/0, make/0, linger/0]).`,
    `value() -> ${version}.`,
    `make() -> fun() -> {${name}, ${version}} end.`,
    `linger() -> receive stop -> value() end.`,
  ];
}

function application(module: Of<"application">): string[] {
  const { version, top } = module;
  return [
    `-behaviour(application).`,
    `-export([start/2, stop/1, config_change/3]).`,
    `start(_, _) -> ${top}:start_link(${top}).`,
    `stop(_) -> upgrade_kit:note(application, stopped).`,
    `config_change(Changed, New, Removed) -> upgrade_kit:note(application, {config_change, ${version}, Changed, New, Removed}).`,
  ];
}

/** The `.app` of a version. */
export function appFile({ version, modules, keys }: ApplicationVersion): string {
  const names = modules.map(({ name }) => name).join(", ");
  const callback = modules.find(({ kind }) => kind === "application")!.name;
  const all = [`{vsn, "${version}"}`, `{modules, [${names}]}`, `{mod, {${callback}, []}}`, ...keys];
  return `{application, ${APP}, [${all.join(", ")}]}.\n`;
}

/** The `.appup` of version 2. */
export function appupFile({ up, down }: Pick<UpgradeCase, "up" | "down">): string {
  return `{"2",\n [{"1", [${up.join(",\n  ")}]}],\n [{"1", [${down.join(",\n  ")}]}]}.\n`;
}
