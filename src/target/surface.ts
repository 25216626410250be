/**
 * Everything relupctl may ever call on a node, on one page. A cookie gives arbitrary execution there, so this list is
 * an allow-list: the facade in `src/otp` can call nothing else. The one opening are the `{apply, {M, F, A}}` and
 * `sync_nodes` instructions of an upgrade script, which a plan names one by one.
 */

/**
 * `read`: changes nothing. `reversible`: what it does can be undone exactly. `irreversible`: it can't, or not exactly.
 */
export type Effect = "read" | "reversible" | "irreversible";

export const surface = {
  // What the node is. The first two are asked by the distribution client itself, when it connects.
  "erlang:system_info/1": "read",
  "erlang:whereis/1": "read",
  "init:script_id/0": "read",
  "release_handler:which_releases/0": "read",

  // The walk.
  "application:which_applications/1": "read",
  "application:get_all_env/1": "read",
  "application_controller:get_master/1": "read",
  "application_master:get_child/1": "read",
  "supervisor:get_callback_module/1": "read",
  "supervisor:which_children/1": "read",
  "erlang:processes/0": "read",
  "erlang:process_info/2": "read",
  "proc_lib:translate_initial_call/1": "read",
  "sys:get_status/2": "read",
  "sys:get_state/2": "read",
  "sys:statistics/2": "read",

  // Code, as it is.
  "code:root_dir/0": "read",
  "code:lib_dir/1": "read",
  "code:objfile_extension/0": "read",
  "code:which/1": "read",
  "erlang:check_old_code/1": "read",
  "erlang:check_process_code/2": "read",
  "erlang:get_module_info/2": "read",
  "beam_lib:version/1": "read",
  "beam_lib:chunks/2": "read",
  "beam_lib:md5/1": "read",
  "erl_prim_loader:get_file/1": "read",
  "erl_prim_loader:list_dir/1": "read",

  // The steps of an upgrade.
  "sys:suspend/2": "reversible",
  "sys:resume/1": "reversible",
  "sys:change_code/5": "reversible",
  "code:load_binary/3": "reversible",
  "code:delete/1": "reversible",
  "code:replace_path/2": "reversible",
  "code:soft_purge/1": "irreversible",
  "code:purge/1": "irreversible",
  "supervisor:terminate_child/2": "irreversible",
  "supervisor:restart_child/2": "irreversible",
  "supervisor:get_childspec/2": "read",
  "supervisor:start_child/2": "irreversible",
  "supervisor:delete_child/2": "irreversible",
  "application_controller:prep_config_change/0": "read",
  "application_controller:change_application_data/2": "reversible",
  "application_controller:config_change/1": "irreversible",

  // Expressions in the abstract format (src/otp/abstract-form.ts): for what OTP has no function for, and for loops over
  // many processes. They call the functions of this page only. The requests are system messages, which_children to
  // supervisors and get_modules to children whose modules are dynamic.
  "erl_eval:expr/5": "reversible",
  "sys:replace_state/3": "reversible",
  "gen:send_request/3": "reversible",
  "gen:wait_response/2": "read",

  // Fan-out: OTP's own list functions and the call that catches, applied to functions of this list only.
  "lists:keyfind/3": "read",
  "lists:map/2": "read",
  "lists:zip/2": "read",
  "lists:zipwith/3": "read",
  "lists:zipwith3/4": "read",
  "lists:duplicate/2": "read",
  "erlang:binary_to_term/1": "read",
  "erlang:++/2": "read",
  "erlang:length/1": "read",
  "erlang:hd/1": "read",
  "erlang:monotonic_time/1": "read",
  "erlang:apply/2": "read",
  "rpc:call/4": "read",
} as const satisfies Record<string, Effect>;

/** `module:function/arity`, one of the allow-list. */
export type SurfaceName = keyof typeof surface;

/** The module, function and arity that a name of the surface stands for. */
export function parseSurfaceName(name: SurfaceName): { module: string; function: string; arity: number } {
  const colon = name.indexOf(":");
  const slash = name.lastIndexOf("/");
  return { module: name.slice(0, colon), function: name.slice(colon + 1, slash), arity: Number(name.slice(slash + 1)) };
}
