import type { Mfa, Outcome, Target } from "../target/target.js";

/**
 * Calls what an `{apply, {M, F, A}}` instruction names: the one call to a node that isn't of the surface. Plans name
 * each of them.
 */
export async function applyInstruction(target: Target, mfa: Mfa, timeoutMs: number): Promise<Outcome> {
  return await target.call(mfa, { timeoutMs });
}
