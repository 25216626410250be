/**
 * The applications that come with Erlang/OTP and with Elixir. What is odd in their supervision trees is theirs to mend,
 * and an upgrade of one comes with a restart: the findings of a node pass over them.
 */
const OTP_APPLICATIONS: ReadonlySet<string> = new Set([
  ...["asn1", "common_test", "compiler", "crypto", "debugger", "dialyzer", "diameter", "edoc", "eldap", "erl_docgen"],
  ...["erl_interface", "erts", "et", "eunit", "ftp", "inets", "jinterface", "kernel", "megaco", "mnesia", "observer"],
  ...["odbc", "os_mon", "parsetools", "public_key", "reltool", "runtime_tools", "sasl", "snmp", "ssh", "ssl", "stdlib"],
  ...["syntax_tools", "tftp", "tools", "wx", "xmerl"],
  ...["elixir", "eex", "ex_unit", "iex", "logger", "mix"],
]);

/** True for an application of Erlang/OTP or of Elixir. */
export const isOtpApplication = (name: string): boolean => OTP_APPLICATIONS.has(name);

/** The application that a file of object code belongs to, by `<application>[-<vsn>]/ebin/`; undefined elsewhere. */
export function applicationOfFile(file: string): string | undefined {
  return /(?:^|\/)([^/]+?)(?:-[^/]*)?\/ebin\/[^/]+$/.exec(file)?.[1];
}
