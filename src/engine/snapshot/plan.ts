import type { ObservedModule } from "../../upgrade/facts.js";
import { makePlan, type Plan } from "../../upgrade/plan.js";
import type { Upgrade } from "../../upgrade/upgrade.js";
import { concernedModules } from "../plan.js";
import type { Snapshot } from "./snapshot.js";

/** Sets an upgrade against a node as a snapshot has it. */
export function planFromSnapshot({ facts }: Snapshot, upgrade: Upgrade): Plan {
  const modules = concernedModules(upgrade).map(
    (module) => [module, facts.modules.get(module) ?? absent(module)] as const,
  );
  return makePlan(upgrade, { ...facts, modules: new Map(modules) });
}

/** A module that was neither loaded nor lay with a running application. */
const absent = (module: string): ObservedModule => ({
  ...{ module, file: undefined, md5: undefined, vsn: undefined },
  hasOldCode: false,
  processesOnOldCode: [],
  exportsCodeChange: false,
});
