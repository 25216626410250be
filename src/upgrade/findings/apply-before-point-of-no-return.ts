import { printTerm } from "../../terms/print.js";
import { encodeInstruction } from "../../release/erlang/encode-instruction.js";
import type { Finding } from "../finding.js";
import type { FindingRule } from "./context.js";

/** An apply before the point of no return is run by `check_install_release` too, when nothing should change yet. */
export const applyBeforePointOfNoReturn: FindingRule = ({ upgrade }) => {
  const end = upgrade.script.findIndex((step) => step.instruction === "point_of_no_return");
  return upgrade.script
    .slice(0, end === -1 ? 0 : end)
    .filter((step) => step.instruction === "apply")
    .map((step): Finding => ({
      code: "apply-before-point-of-no-return",
      severity: "warning",
      summary: `${printTerm(encodeInstruction(step))} runs before the point of no return`,
      detail: "It is executed even where OTP only checks the upgrade (check_install_release), and can't be undone.",
      hint: "Put point_of_no_return before it in the appup, or make sure that running it alone does no harm.",
      module: step.mfa.module,
      pids: [],
    }));
};
