import { nil } from "../../../src/terms/term.js";
import { coverageOf } from "../../../src/upgrade/coverage.js";
import type { Facts } from "../../../src/upgrade/facts.js";
import type { UpgradeContext } from "../../../src/upgrade/findings/of-upgrade.js";
import type { Inspection } from "../../../src/upgrade/inspection.js";
import type { Upgrade } from "../../../src/upgrade/upgrade.js";
import type { UpgradeInspection } from "../../../src/upgrade/upgrade-inspection.js";
import { advancedUpdate, anUpgrade, someFacts } from "../../support/facts.js";

/** Makers of what doctor looks at: what isn't given is healthy. */

export function anInspection(given: Partial<Inspection> = {}): Inspection {
  return {
    mode: "interactive",
    applications: [],
    release: undefined,
    callbacks: new Map(),
    suspended: [],
    silent: [],
    oldCode: [],
    oldCodeNotLookedAt: [],
    shadows: [],
    specifications: new Map(),
    notWritable: [],
    disks: [],
    funs: undefined,
    statesNotRead: [],
    ...given,
  };
}

/** What a rule about an upgrade gets: that of the module `cart`. */
export function aContext(given: {
  readonly looked?: Partial<UpgradeInspection>;
  readonly inspection?: Partial<Inspection>;
  readonly facts?: Facts;
  readonly upgrade?: Upgrade;
}): UpgradeContext {
  const facts = given.facts ?? someFacts({});
  const upgrade = given.upgrade ?? anUpgrade(advancedUpdate("cart"), { code: [{ module: "cart" }] });
  return {
    facts,
    upgrade,
    coverage: coverageOf(upgrade.script, facts.processes),
    inspection: anInspection(given.inspection),
    looked: {
      sticky: [],
      code: new Map(),
      nodeCompiler: undefined,
      erts: undefined,
      unnamed: [],
      consolidated: { replaced: [], unknown: [] },
      config: { before: nil, after: nil },
      supervisors: [],
      ...given.looked,
    },
  };
}
