import { allEnv } from "../../otp/application.js";
import { loadConfig, mergeConfig } from "../../otp/config-provider.js";
import type { CallOptions } from "../../otp/invoke.js";
import type { Outcome, Target } from "../../target/target.js";
import { atomName, keyFind, listElements, mapValue, tupleElements } from "../../terms/access.js";
import { printTerm } from "../../terms/print.js";
import { ProblemError } from "../../terms/problem.js";
import { atom, list, tuple, type Term } from "../../terms/term.js";

/** The key of the application elixir under which a release has its providers. */
const PROVIDERS = "config_provider_init";
/** What Elixir notes when they have run (`Config.Provider.boot/1`). */
const BOOTED = "config_provider_booted";

/**
 * The configuration of a release as its own boot would make it: an Elixir release may name providers in its `sys.config`,
 * which read `runtime.exs` and whatever else. They run on the node, one after another, with what the node's environment
 * variables are now; nothing is changed there by asking them. A configuration without providers is given back as it is.
 * @throws ProblemError `config-provider-failed`
 */
export async function bootConfig(target: Target, config: Term, options: CallOptions): Promise<Term> {
  const init = keyFind(keyFind(config, "elixir"), PROVIDERS);
  const providers = listElements(mapValue(init, atom("providers")));
  if (init === undefined || providers === undefined) return config;
  const extra = mapValue(init, atom("extra_config")) ?? list();
  let result = valueOf(await mergeConfig(target, config, extra, options), "Config.Reader.merge/2");
  for (const provider of providers) {
    const [module, state] = tupleElements(provider, 2) ?? [];
    const name = atomName(module);
    if (name === undefined || state === undefined) throw failed("", `${printTerm(provider)} is no provider`);
    result = valueOf(await loadConfig(target, name, result, state, options), name);
  }
  return await withBooted(target, result, options);
}

function valueOf(outcome: Outcome, called: string): Term {
  if (outcome.kind === "returned") {
    if (listElements(outcome.value) !== undefined) return outcome.value;
    throw failed(called, `it answered ${printTerm(outcome.value)}, which is no configuration`);
  }
  if (outcome.kind === "raised") throw failed(called, `it raised ${outcome.class} ${printTerm(outcome.reason)}`);
  throw failed(called, outcome.cause === "timeout" ? "it did not answer in time" : "it could not be asked");
}

function failed(provider: string, why: string): ProblemError {
  return new ProblemError([
    {
      code: "config-provider-failed",
      severity: "error",
      summary: `the configuration that the new release would boot with can't be made: ${provider}: ${why}`,
      detail:
        "Its config providers (runtime.exs among them) were asked on the node. A boot of the release would fail too.",
      hint: "Set the environment variables on the node that it needs, or mend it. A provider of the new release alone isn't loaded yet.",
    },
  ]);
}

/** What Elixir has noted at the boot stays: the providers have run. */
async function withBooted(target: Target, config: Term, options: CallOptions): Promise<Term> {
  const booted = keyFind(await allEnv(target, "elixir", options), BOOTED);
  if (booted === undefined) return config;
  const note = tuple(atom(BOOTED), booted);
  const entries = (listElements(config) ?? []).map((entry) => {
    const [application, environment] = tupleElements(entry, 2) ?? [];
    if (atomName(application) !== "elixir") return entry;
    return tuple(atom("elixir"), list(...(listElements(environment) ?? []), note));
  });
  return list(...entries);
}
