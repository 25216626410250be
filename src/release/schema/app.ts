import * as z from "zod";
import type { App } from "../records.js";
import type { RuleId } from "../wording/catalog.js";
import { fieldOf } from "../app-keys.js";
import { atomName, limit, listOf, record, term, text } from "./leaves.js";

/** app(4), with the checks of systools_make:check_item/2. */

const atoms = (item: RuleId, rule: RuleId) => listOf(atomName(item), rule);

const pairs = (key: RuleId, pair: RuleId, rule: RuleId) =>
  listOf(z.tuple([atomName(key), term("bad-value")], { error: pair }), rule);

const maximum = (rule: RuleId) => limit(Number.MAX_SAFE_INTEGER, ["infinity"], rule);

function checkExtra(extra: readonly (readonly [string, unknown])[], context: z.core.$RefinementCtx): void {
  for (const [index, [key]] of extra.entries()) {
    // An odd value of this one is kept among the extra keys: OTP never looks at it.
    if (fieldOf(key) === undefined || key === "runtime_dependencies") continue;
    context.addIssue({ code: "custom", path: [index, 0], message: `known-extra-key ${key}` });
  }
}

/** Only `mod` and `start_phases` may be named without a value: `{mod, []}`, `{start_phases, undefined}`. */
function checkOrder(app: App, context: z.core.$RefinementCtx): void {
  const extra = new Set(app.extra?.map(([key]) => key));
  const known = new Set<string>();
  for (const [index, key] of (app.order ?? []).entries()) {
    const field = fieldOf(key);
    const isThere = extra.has(key) || (field !== undefined && (app[field] !== undefined || mayBeNone.has(key)));
    if (isThere && !known.has(key)) {
      if (field !== undefined) known.add(key);
      continue;
    }
    context.addIssue({ code: "custom", path: ["order", index], message: `bad-order-key ${key}` });
  }
}

const mayBeNone: ReadonlySet<string> = new Set(["mod", "start_phases"]);

export const appSchema = record(
  {
    name: atomName("bad-application-name"),
    description: text("bad-description"),
    id: text("bad-id").exactOptional(),
    vsn: text("bad-application-version"),
    modules: atoms("bad-module", "bad-app-modules"),
    maxP: maximum("bad-max-processes").exactOptional(),
    maxT: maximum("bad-max-time").exactOptional(),
    registered: atoms("bad-registered-name", "bad-registered"),
    includedApplications: atoms("bad-included-application", "bad-included-applications").exactOptional(),
    optionalApplications: atoms("bad-application", "bad-optional-applications").exactOptional(),
    applications: atoms("bad-application", "bad-applications"),
    env: pairs("bad-env-key", "bad-env-pair", "bad-env").exactOptional(),
    mod: record({ module: atomName("bad-module"), args: term("bad-value") }, "bad-mod").exactOptional(),
    startPhases: pairs("bad-start-phase-name", "bad-start-phase", "bad-start-phases").exactOptional(),
    runtimeDependencies: listOf(text("bad-runtime-dependency"), "bad-runtime-dependencies").exactOptional(),
    extra: pairs("bad-extra-key", "bad-application-key", "bad-extra-keys").superRefine(checkExtra).exactOptional(),
    order: listOf(atomName("bad-order"), "bad-order").exactOptional(),
  },
  "bad-application-file",
).superRefine(checkOrder) satisfies z.ZodType<App>;
