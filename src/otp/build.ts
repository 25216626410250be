import { keyFind, textOf } from "../terms/access.js";
import { atom } from "../terms/term.js";
import type { Target } from "../target/target.js";
import { ask, invoke, type CallOptions, UnexpectedAnswer } from "./invoke.js";

/** What the node was built of. */

/** The version of ERTS that runs (`erlang:system_info(version)`). */
export async function ertsVersion(target: Target, options: CallOptions = {}): Promise<string> {
  const answer = await invoke(target, "erlang:system_info/1", [atom("version")], options);
  const version = textOf(answer);
  if (version === undefined) throw new UnexpectedAnswer("erlang:system_info/1", answer);
  return version;
}

/** The version of the compiler that made the node's stdlib; undefined where it doesn't tell. */
export async function compilerOfNode(target: Target, options: CallOptions = {}): Promise<string | undefined> {
  const outcome = await ask(target, "erlang:get_module_info/2", [atom("lists"), atom("compile")], options);
  return outcome.kind === "returned" ? textOf(keyFind(outcome.value, "version")) : undefined;
}
