import type { Outcome, Target } from "../target/target.js";
import type { Term } from "../terms/term.js";
import type { CallOptions } from "./invoke.js";

/**
 * Elixir's `Config.Provider`: a release names modules in its `sys.config` that make more of its configuration when it
 * boots (`runtime.exs` is read by `Config.Reader`). Like the functions of `apply` instructions, they are named by the
 * release and not by the surface: `Module.load(config, state)`, and `Config.Reader.merge/2`.
 */

/** `provider.load(config, state)`: the configuration with what the provider adds. */
export async function loadConfig(
  target: Target,
  provider: string,
  config: Term,
  state: Term,
  options: CallOptions = {},
): Promise<Outcome> {
  const mfa = { module: provider, function: "load", args: [config, state] };
  return await target.call(mfa, { timeoutMs: options.timeoutMs ?? PROVIDER_MS });
}

/** `Config.Reader.merge(config, extra)`, which merges keyword lists deeply. */
export async function mergeConfig(
  target: Target,
  config: Term,
  extra: Term,
  options: CallOptions = {},
): Promise<Outcome> {
  const mfa = { module: "Elixir.Config.Reader", function: "merge", args: [config, extra] };
  return await target.call(mfa, { timeoutMs: options.timeoutMs ?? PROVIDER_MS });
}

/** A provider may ask other machines. */
const PROVIDER_MS = 30_000;
