import type { Finding } from "../finding.js";
import { childSpecText } from "./child-spec-text.js";
import { nameOf, supervisorName } from "./context.js";
import { isInOtpsTree, type StandingRule } from "./standing.js";

/**
 * A supervisor is declared with `modules => dynamic`. Only workers are asked for their modules; OTP's walk takes the atom
 * for the list, and every upgrade fails (release_handler_1:get_procs/2).
 */
export const supervisorDeclaredDynamic: StandingRule = ({ facts, inspection }) =>
  facts.processes
    .filter(({ type, dynamic, hidden, supervised }) => type === "supervisor" && dynamic && supervised && !hidden)
    .filter((process) => !isInOtpsTree(process))
    .map((process): Finding => ({
      code: "supervisor-declared-dynamic",
      severity: "error",
      summary: `${nameOf(process)} is a supervisor whose child specification says modules => dynamic`,
      detail:
        `${supervisorName(facts, process.supervisor)} has it so. Only event managers and other workers can be asked for ` +
        `their modules: OTP's release handler fails at such a supervisor, whatever the upgrade changes.`,
      hint: `Write ${childSpecText(process, inspection, { type: "supervisor", modules: process.callbackModule === undefined ? [] : [process.callbackModule] })}.`,
      module: process.callbackModule,
      pids: [process.text],
    }));
