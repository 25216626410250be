import { Option } from "commander";
import type { Executor } from "../upgrade/upgrade.js";
import { CommandError, EXIT } from "./exit.js";
import type { LimitOptions } from "./limits.js";

/** `--executor`, which a plan depends on. */
export const executorOption = (): Option =>
  new Option(
    "--executor <who>",
    "who does the steps: relupctl, or OTP's release handler on the node (default: relupctl, but otp where the upgrade " +
      "restarts the emulator)",
  ).choices(["relupctl", "otp"] satisfies Executor[]);

/**
 * OTP's release handler has its own ways: what it would not heed is refused.
 * @throws CommandError that names the options
 */
export function refuseUnheeded(
  options: LimitOptions & {
    readonly includeMissed?: boolean;
    readonly keepState?: string;
    readonly showState?: boolean;
  },
): void {
  const given: readonly (readonly [boolean, string])[] = [
    [options.includeMissed === true, "--include-missed"],
    [options.keepState !== undefined, "--keep-state"],
    [options.suspendTimeout !== undefined, "--suspend-timeout"],
    [options.codeChangeTimeout !== undefined, "--code-change-timeout"],
    [options.maxSuspension !== undefined, "--max-suspension"],
    [options.onUnresponsive !== "stop", "--on-unresponsive"],
    [options.onFailure === "leave", "--on-failure leave"],
  ];
  const unheeded = given.flatMap(([isGiven, name]) => (isGiven ? [name] : []));
  if (unheeded.length === 0) return;
  throw new CommandError(EXIT.usage, {
    code: "usage",
    summary: `OTP's release handler, which is to do the steps, would not heed ${unheeded.join(", ")}`,
    hint: "Leave that out, or have relupctl do the steps with --executor relupctl.",
  });
}
