import type { Finding } from "../finding.js";
import type { UpgradeRule } from "./of-upgrade.js";

/** Consolidated protocols belong to no application: an appup can't load them, and may load what they stand for. */
export const consolidatedProtocols: UpgradeRule = ({ looked: { consolidated } }) => [
  ...consolidated.unknown.map(({ protocol, implementation }): Finding => ({
    code: "consolidated-protocols",
    severity: "warning",
    summary: `${implementation} is new, but ${protocol} runs consolidated and would not know it`,
    detail:
      "Mix puts a protocol with all its implementations into releases/VSN/consolidated, which is no application's ebin. " +
      "The one that runs was made before this implementation, so a call would fail with Protocol.UndefinedError.",
    hint: `Upgrade the release instead of the application, or load the consolidated ${protocol} of the new build by hand: relupctl swap DIR/consolidated/${protocol}.beam.`,
    module: implementation,
    pids: [],
  })),
  ...consolidated.replaced.map((module): Finding => ({
    code: "consolidated-protocols",
    severity: "warning",
    summary: `${module} runs consolidated, and would be replaced by what its application has`,
    detail:
      "The module in the application's ebin looks for implementations while it runs, which is slow, and finds only those of modules that can be loaded.",
    hint: `Take ${module} out of the appup, and load the consolidated one of the new build by hand.`,
    module,
    pids: [],
  })),
];
