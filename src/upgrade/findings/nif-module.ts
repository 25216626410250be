import type { Finding } from "../finding.js";
import { namesOf } from "./context.js";
import type { UpgradeRule } from "./of-upgrade.js";

/** A changed module loads a NIF library, which has to know how to take over from the one before. */
export const nifModule: UpgradeRule = ({ looked, coverage }) =>
  [...looked.code].flatMap(([module, { next, previous }]): Finding[] => {
    if (next?.loadsNif !== true && previous?.loadsNif !== true) return [];
    const covered = coverage.find((each) => each.module === module);
    const running = [...(covered?.migrated ?? []), ...(covered?.reloaded ?? [])];
    return [
      {
        code: "nif-module",
        severity: "warning",
        summary: `${module} loads a NIF library`,
        detail:
          `The new code loads its library while the old one is in use: the library's upgrade callback is called, and without ` +
          `one loading fails. The two must not be the same file, and resource types must be taken over.` +
          (running.length > 0 ? ` ${namesOf(running)} ${running.length > 1 ? "run" : "runs"} it.` : ""),
        hint: `See that the library of ${module} has an upgrade function (erl_nif, ERL_NIF_INIT), and try the upgrade on a node that isn't needed.`,
        module,
        pids: running.map(({ text }) => text),
      },
    ];
  });
