import fc from "fast-check";
import type {
  Change,
  HighLevelInstruction,
  Instruction,
  LowLevelInstruction,
  MfaTerm,
  Timeout,
} from "../../src/release/instruction.js";
import type { KindName, RecordOf } from "../../src/release/kinds/kind.js";
import type { App, Appup, AppupEntry, Rel, RelApplication, Relup, RelupEntry } from "../../src/release/records.js";
import { complete } from "../../src/release/complete.js";
import { nil, type Term } from "../../src/terms/term.js";
import { anyAtom, anyData, anyText } from "../terms/arbitrary.js";

export { anyData } from "../terms/arbitrary.js";
export { runs } from "../support/property-runs.js";

/** Names, text and terms: mostly such as people write, now and then odd ones. */
export const anyName: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      "counter",
      "my_app",
      "kernel",
      "Elixir.MyStore.Server",
      "true",
      "null",
      "no",
      "1",
      "a@b",
    ),
  },
  { weight: 1, arbitrary: anyAtom.map(({ name }) => name) },
);
export const anyVersion: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("0.1.0", "1.10", "25.2.3.1", "1", "2.0.0-rc.1+b") },
  { weight: 1, arbitrary: anyText },
);
export const anyTerm: fc.Arbitrary<Term> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(nil) },
  { weight: 3, arbitrary: anyData },
);

const names = fc.array(anyName, { maxLength: 5 });
const purge = fc.constantFrom("soft_purge" as const, "brutal_purge" as const);
const timeout: fc.Arbitrary<Timeout> = fc.oneof(
  fc.integer({ min: 1, max: 0xffff_ffff }),
  fc.constantFrom("default" as const, "infinity" as const),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constant("soft" as const),
  anyTerm.map((advanced) => ({ advanced })),
);
const mfa: fc.Arbitrary<MfaTerm> = fc.record({
  module: anyName,
  function: anyName,
  args: fc.array(anyTerm, { maxLength: 4 }),
});
export const startType = fc.constantFrom("permanent", "transient", "temporary", "load", "none");

const one = <const Value>(value: Value): fc.Arbitrary<Value> => fc.constant(value);
const optional: { requiredKeys: ["instruction", "module"] } = { requiredKeys: ["instruction", "module"] };

/** Any set of an update's fields: those without a tuple form are completed. */
const update: fc.Arbitrary<HighLevelInstruction> = fc
  .oneof(
    fc.record({ instruction: one("update"), module: anyName, supervisor: one(true) }),
    fc.record(
      {
        instruction: one("update"),
        module: anyName,
        modType: fc.constantFrom("static" as const, "dynamic" as const),
        timeout,
        change,
        prePurge: purge,
        postPurge: purge,
        depMods: names,
      },
      optional,
    ),
  )
  .map((instruction) => complete<HighLevelInstruction>(instruction));

export const anyHighLevel: fc.Arbitrary<HighLevelInstruction> = fc.oneof(
  { weight: 4, arbitrary: update },
  fc
    .record(
      { instruction: one("load_module"), module: anyName, prePurge: purge, postPurge: purge, depMods: names },
      optional,
    )
    .map((instruction) => complete<HighLevelInstruction>(instruction)),
  fc.record({ instruction: fc.constantFrom("add_module", "delete_module"), module: anyName, depMods: names }, optional),
  fc.record(
    { instruction: one("add_application"), application: anyName, type: startType },
    { requiredKeys: ["instruction", "application"] },
  ),
  fc.record({ instruction: fc.constantFrom("remove_application", "restart_application"), application: anyName }),
);

export const anyLowLevel: fc.Arbitrary<LowLevelInstruction> = fc.oneof(
  fc.record({ instruction: one("load_object_code"), application: anyName, vsn: anyVersion, modules: names }),
  fc.record({ instruction: fc.constantFrom("point_of_no_return", "restart_new_emulator", "restart_emulator") }),
  fc.record({ instruction: fc.constantFrom("load", "remove"), module: anyName, prePurge: purge, postPurge: purge }),
  fc.record({ instruction: fc.constantFrom("purge", "resume", "stop", "start"), modules: names }),
  fc.record({
    instruction: one("suspend"),
    modules: fc.array(fc.record({ module: anyName, timeout }, { requiredKeys: ["module"] }), { maxLength: 4 }),
  }),
  fc.record(
    {
      instruction: one("code_change"),
      mode: fc.constantFrom("up" as const, "down" as const),
      modules: fc.array(fc.record({ module: anyName, extra: anyTerm }), { maxLength: 3 }),
    },
    { requiredKeys: ["instruction", "modules"] },
  ),
  fc.record({ instruction: one("sync_nodes"), id: anyTerm, nodes: fc.oneof(names, mfa) }),
  fc.record({ instruction: one("apply"), mfa }),
);

export const anyInstruction: fc.Arbitrary<Instruction> = fc.oneof(
  { weight: 2, arbitrary: anyHighLevel },
  { weight: 1, arbitrary: anyLowLevel },
);

const relApplication: fc.Arbitrary<RelApplication> = fc.record(
  { name: anyName, vsn: anyVersion, type: startType, includedApplications: names },
  { requiredKeys: ["name", "vsn"] },
);
const mandatory = (name: string): fc.Arbitrary<RelApplication> =>
  fc.record({ name: one(name), vsn: anyVersion, type: one("permanent") }, { requiredKeys: ["name", "vsn"] });

export const anyRel: fc.Arbitrary<Rel> = fc.record({
  name: anyVersion,
  vsn: anyVersion,
  erts: anyVersion,
  applications: fc
    .tuple(mandatory("kernel"), mandatory("stdlib"), fc.array(relApplication, { maxLength: 4 }))
    .map(([kernel, stdlib, others]) => [kernel, stdlib, ...others]),
});

const pairs = fc.array(fc.tuple(anyName, anyTerm), { maxLength: 4 });
const limit = fc.oneof(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), one("infinity"));

/** Applications as the record has them by itself: in the usual order of keys. */
export const anyApp: fc.Arbitrary<App> = fc.record(
  {
    name: anyName,
    description: anyText,
    id: anyText,
    vsn: anyVersion,
    modules: names,
    maxP: limit,
    maxT: limit,
    registered: names,
    includedApplications: names,
    optionalApplications: names,
    applications: names,
    env: pairs,
    mod: fc.record({ module: anyName, args: anyTerm }),
    startPhases: pairs,
    runtimeDependencies: fc.array(anyText, { maxLength: 3 }),
    extra: fc.array(fc.tuple(fc.constantFrom("licenses", "links", "true", "x y"), anyTerm), {
      minLength: 1,
      maxLength: 3,
    }),
  },
  { requiredKeys: ["name", "description", "vsn", "modules", "registered", "applications"] },
);

const version = fc.oneof(
  anyVersion.map((exact) => ({ exact })),
  fc.oneof(fc.constantFrom("^1\\.2$", "1\\..*"), anyText).map((regex) => ({ regex })),
);
const appupEntry: fc.Arbitrary<AppupEntry> = fc.record({
  version,
  instructions: fc.array(anyInstruction, { maxLength: 5 }),
});
export const anyAppup: fc.Arbitrary<Appup> = fc.record({
  vsn: anyVersion,
  upFrom: fc.array(appupEntry, { maxLength: 3 }),
  downTo: fc.array(appupEntry, { maxLength: 3 }),
});

const relupEntry: fc.Arbitrary<RelupEntry> = fc.record({
  vsn: anyVersion,
  description: anyTerm,
  script: fc.array(anyLowLevel, { maxLength: 6 }),
});
export const anyRelup: fc.Arbitrary<Relup> = fc.record({
  vsn: anyVersion,
  upFrom: fc.array(relupEntry, { maxLength: 2 }),
  downTo: fc.array(relupEntry, { maxLength: 2 }),
});

export const anyRecord: { readonly [Name in KindName]: fc.Arbitrary<RecordOf[Name]> } = {
  rel: anyRel,
  app: anyApp,
  appup: anyAppup,
  relup: anyRelup,
};
