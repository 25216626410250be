import { emulatorRestart, executorOf } from "../upgrade.js";
import type { FindingRule } from "./context.js";

/** The script restarts the emulator: every process ends, and connections with them. */
export const restartsEmulator: FindingRule = ({ upgrade }) => {
  const restart = emulatorRestart(upgrade.script);
  if (restart === undefined) return [];
  const base = {
    code: "restarts-emulator",
    summary: `the upgrade restarts the emulator (${restart.instruction})`,
    module: undefined,
    pids: [],
  } as const;
  if (executorOf(upgrade) === "otp") {
    return [
      {
        ...base,
        severity: "warning",
        detail:
          "OTP's release handler on the node will execute it, and carry it across the restart. Every process ends, and " +
          "what it knows and hasn't written down is lost; connections are cut. It can't be taken back by relupctl.",
        hint: "Apply it when the node may be away for as long as a start of it takes.",
      },
    ];
  }
  return [
    {
      ...base,
      severity: "error",
      detail: "OTP itself carries such an upgrade across the restart; it can't be executed step by step from outside.",
      hint:
        upgrade.kind === "release"
          ? "On a real node it is left to OTP's release handler, without --executor relupctl. Else restart the node into the new release."
          : "Upgrade the whole release: then OTP's release handler can execute it. Or restart the node into a release that has it.",
    },
  ];
};
