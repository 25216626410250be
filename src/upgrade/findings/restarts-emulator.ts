import type { FindingRule } from "./context.js";

/** The script restarts the emulator: every process ends, and connections with them. */
export const restartsEmulator: FindingRule = ({ upgrade }) => {
  const restart = upgrade.script.find(
    ({ instruction }) => instruction === "restart_emulator" || instruction === "restart_new_emulator",
  );
  if (restart === undefined) return [];
  return [
    {
      code: "restarts-emulator",
      severity: "error",
      summary: `the upgrade restarts the emulator (${restart.instruction})`,
      detail: "OTP itself carries such an upgrade across the restart; it can't be executed step by step from outside.",
      hint: "Install this release with release_handler:install_release/1 on the node, or restart the node into the new release.",
      module: undefined,
      pids: [],
    },
  ];
};
