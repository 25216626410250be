import { reasonWithoutStack } from "../../otp/batch.js";
import { atomName, textOf, tupleElements } from "../../terms/access.js";
import type { Problem } from "../../terms/problem.js";
import { printTerm } from "../../terms/print.js";
import type { Term } from "../../terms/term.js";

/**
 * Why `release_handler:install_release/2` could not install a release, in words where the reason is one that OTP's
 * release_handler or release_handler_1 gives.
 */
export function installFailed(vsn: string, reason: Term): Problem {
  const printed = printTerm(reasonWithoutStack(reason));
  const words = wordsOf(reason);
  return {
    code: "install-failed",
    severity: "error",
    summary: `the node's release handler could not install ${vsn}: ${words ?? printed}`,
    ...(words !== undefined && { detail: `It said ${printed}.` }),
    hint: `See the node's log, and: relupctl explain '${tagOf(reason) ?? "install-failed"}'`,
  };
}

const tagOf = (reason: Term): string | undefined => atomName(reason) ?? atomName(tupleElements(reason)?.[0]);

function wordsOf(reason: Term): string | undefined {
  const [tag, first, second, third, fourth] = tupleElements(reason) ?? [reason];
  const text = (term: Term | undefined): string =>
    term === undefined ? "?" : (textOf(term) ?? printTerm(reasonWithoutStack(term)));
  switch (atomName(tag)) {
    case "EXIT":
      return first === undefined ? undefined : (wordsOf(first) ?? text(first));
    case "old_processes":
      return `processes still run old code of ${text(first)}`;
    case "no_such_release":
      return `it doesn't know the release ${text(first)}`;
    case "already_installed":
      return `${text(first)} is current already`;
    case "no_matching_relup":
      return `no relup leads from ${text(second)} to ${text(first)}`;
    case "bad_relup_file":
      return `${text(first)} is no relup`;
    case "no_such_file":
      return `there is no file ${text(first)}`;
    case "missing_base_app":
      return `the release ${text(first)} lacks ${text(second)}`;
    case "could_not_create_hybrid_boot":
      return `no boot file for the time in between could be made: ${text(first)}`;
    case "heart:set_cmd() error":
      return "heart didn't take the command by which it is to start the node";
    case "code_change_failed":
      return `code_change of ${text(second)} failed in ${text(first)}, from version ${text(third)}: ${text(fourth)}`;
    case "suspended_supervisor":
      return `the supervisor ${text(first)} is suspended`;
    case "undef":
      return "it called a function that there isn't";
    default:
      return undefined;
  }
}
