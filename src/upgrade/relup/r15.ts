import type { LowLevelInstruction } from "../../release/instruction.js";
import { compareTerms } from "../../terms/order.js";
import type { Problem } from "../../terms/problem.js";
import { string } from "../../terms/term.js";

/** The first sasl whose release handler restarts the emulator before the rest of a script. */
const R15_SASL = "2.2";

/**
 * A release handler older than R15's knows `restart_new_emulator` only as the last instruction. Versions are compared as
 * systools compares them: as strings. Follows `systools_relup:fix_r15_sasl_upgrade/3`.
 */
export function fixOldReleaseHandler(
  script: readonly LowLevelInstruction[],
  baseSasl: string,
): { readonly script: readonly LowLevelInstruction[]; readonly warnings: readonly Problem[] } {
  const [first, ...rest] = script;
  if (first?.instruction !== "restart_new_emulator" || compareTerms(string(baseSasl), string(R15_SASL)) >= 0) {
    return { script, warnings: [] };
  }
  const restart = rest.findIndex((instruction) => instruction.instruction === "restart_emulator");
  return {
    script: [...rest.filter((_, index) => index !== restart), first],
    warnings: [
      {
        code: "pre-r15-emulator-upgrade",
        severity: "warning",
        summary: `sasl ${baseSasl} counts as older than R15: the new emulator is started last`,
        detail: "The new code runs on the old emulator until then, and should be compiled with the old one.",
      },
    ],
  };
}
