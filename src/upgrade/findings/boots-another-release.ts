import type { Finding } from "../finding.js";
import type { StandingRule } from "./standing.js";

/**
 * A start of the node would boot another release than the one that runs: what was installed is kept in memory only until
 * it is made permanent, so a crash before that boots the release of before.
 */
export const bootsAnotherRelease: StandingRule = ({ inspection: { release, bootsNext } }): Finding[] => {
  if (release === undefined || bootsNext === undefined || bootsNext === release.vsn) return [];
  return [
    {
      code: "boots-another-release",
      severity: "warning",
      summary: `${release.name} ${release.vsn} runs, but a start would boot ${bootsNext}`,
      detail:
        "After a crash or a restart the node comes up with that one. Either what runs was installed and not made " +
        "permanent yet, or somebody has written releases/start_erl.data.",
      hint: `Make what runs permanent: relupctl commit ${release.vsn}. Where ${bootsNext} is meant to run, upgrade to it, or restart.`,
      module: undefined,
      pids: [],
    },
  ];
};
