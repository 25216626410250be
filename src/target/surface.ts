/**
 * Everything relupctl may ever call on a node, on one page. A cookie gives arbitrary execution there, so this list is
 * an allow-list: the facade in `src/otp` can call nothing else. There are two openings: the `{apply, {M, F, A}}`
 * instructions of an upgrade script, which a plan names one by one, and the config providers that an Elixir release names
 * in its `sys.config` (`src/otp/config-provider.ts`), which its own boot would run.
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
  "application:info/0": "read",
  "application:loaded_applications/0": "read",
  "application:get_all_env/1": "read",
  "application:get_key/2": "read",
  "application_controller:get_master/1": "read",
  "application_master:get_child/1": "read",
  "supervisor:get_callback_module/1": "read",
  "supervisor:which_children/1": "read",
  "erlang:processes/0": "read",
  "erlang:process_info/2": "read",
  "proc_lib:translate_initial_call/1": "read",
  "sys:get_state/2": "read",

  // Code, as it is.
  "code:root_dir/0": "read",
  "code:lib_dir/1": "read",
  "code:get_path/0": "read",
  "code:get_mode/0": "read",
  "code:is_sticky/1": "read",
  "code:all_loaded/0": "read",
  "code:objfile_extension/0": "read",
  "code:which/1": "read",
  "erlang:check_old_code/1": "read",
  "erlang:check_process_code/2": "read",
  "erlang:get_module_info/2": "read",
  "erlang:function_exported/3": "read",
  "beam_lib:version/1": "read",
  "beam_lib:chunks/2": "read",
  "beam_lib:md5/1": "read",
  "erl_prim_loader:get_file/1": "read",
  "erl_prim_loader:list_dir/1": "read",
  "erl_prim_loader:read_file_info/1": "read",
  "disksup:get_disk_data/0": "read",

  // The steps of an upgrade.
  "sys:change_code/5": "reversible",
  "code:load_binary/3": "reversible",
  "code:delete/1": "reversible",
  "code:replace_path/2": "reversible",
  "code:del_path/1": "reversible",
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

  // The life of a release: its package, its files, and what release_handler knows of it.
  "file:read_file/1": "read",
  "file:read_file_info/1": "read",
  "file:open/2": "reversible",
  "file:close/1": "read",
  "file:pread/3": "read",
  "file:pwrite/3": "irreversible",
  "file:write_file/2": "irreversible",
  "file:rename/2": "reversible",
  "file:delete/1": "irreversible",
  "file:del_dir_r/1": "irreversible",
  "crypto:hash/2": "read",
  "erlang:md5/1": "read",
  "erlang:prepare_loading/2": "read",
  "release_handler:set_unpacked/2": "reversible",
  "release_handler:set_removed/1": "reversible",
  "release_handler:unpack_release/1": "reversible",
  "release_handler:make_permanent/1": "irreversible",
  "release_handler:install_release/2": "irreversible",

  // Expressions in the abstract format (src/otp/abstract-form.ts): for what OTP has no function for, and for loops over
  // many processes. They call the functions of this page only. The requests are the system messages of sys (suspend,
  // resume, change_code, get_state, get_status, statistics), which_children to supervisors and get_modules to children
  // whose modules are dynamic.
  "erl_eval:expr/5": "reversible",
  "sys:replace_state/3": "reversible",
  "gen:send_request/3": "reversible",
  "gen:wait_response/2": "read",

  // OTP's way out of an upgrade that can't be taken back.
  "init:restart/0": "irreversible",
  "init:get_status/0": "read",

  // The guardian of an upgrade (src/engine/guardian/erl): what it is made of besides the above, and how it is spoken to.
  "erl_eval:exprs/2": "reversible",
  "erlang:spawn_monitor/3": "reversible",
  "erlang:self/0": "read",
  "erlang:register/2": "reversible",
  "erlang:unregister/1": "reversible",
  "erlang:put/2": "reversible",
  "erlang:send/2": "reversible",
  "erlang:exit/1": "reversible",
  "erlang:exit/2": "irreversible",
  "erlang:monitor/2": "reversible",
  "erlang:demonitor/2": "reversible",
  "erlang:make_ref/0": "read",
  "erlang:is_process_alive/1": "read",
  "erlang:is_pid/1": "read",
  "erlang:is_atom/1": "read",
  "erlang:process_flag/2": "reversible",
  "erlang:is_tuple/1": "read",
  "erlang:is_map/1": "read",
  "erlang:element/2": "read",
  "erlang:tuple_to_list/1": "read",
  "erlang:apply/3": "irreversible",
  "maps:to_list/1": "read",
  "lists:prefix/2": "read",
  "erlang:is_list/1": "read",
  "erlang:module_loaded/1": "read",
  "ets:new/2": "reversible",
  "ets:insert/2": "reversible",
  "ets:delete/1": "reversible",
  "ets:delete/2": "reversible",
  "ets:lookup/2": "read",
  "ets:member/2": "read",
  "ets:lookup_element/3": "read",
  "ets:match/2": "read",
  "ets:info/2": "read",
  "lists:append/1": "read",
  "lists:keymember/3": "read",
  "lists:member/2": "read",
  "lists:sort/1": "read",
  "lists:usort/1": "read",

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
  "erlang:tl/1": "read",
  "erlang:monotonic_time/1": "read",
  "erlang:apply/2": "read",
  "re:run/3": "read",
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
