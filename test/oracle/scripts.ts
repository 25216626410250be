import fc from "fast-check";
import { binary, Float, List, list, nil, Tuple, type Term } from "../../src/terms/term.js";
import type { UpgradeApplication } from "../../src/upgrade/translation/application.js";
import { L, S, T, type Shorthand } from "./terms.js";

/** One question to systools_rc:translate_scripts/4, as terms; not all of them make sense. */
export interface ScriptsCase {
  readonly mode: "up" | "down";
  readonly scripts: readonly (readonly Term[])[];
  readonly applications: readonly UpgradeApplication[];
  readonly preApplications: readonly UpgradeApplication[];
}

const MODULES = ["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "Odd mod", "Elixir.My.Mod"];
const APPLICATIONS = ["a1", "a2", "a3", "a4"];

/** Mostly null, now and then a value. */
const seldom = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.oneof({ arbitrary: fc.constant(null), weight: 7 }, { arbitrary: value, weight: 1 });

const purge = fc.constantFrom("soft_purge", "brutal_purge");
const extra: fc.Arbitrary<Shorthand> = fc.constantFrom<Shorthand>(
  nil,
  "x",
  ["a", 1],
  L("k"),
  binary("b"),
  new Float(1),
);
const change: fc.Arbitrary<Shorthand> = fc.oneof(
  fc.constant("soft"),
  extra.map((value): Shorthand => ["advanced", value]),
);
const timeout = fc.constantFrom<Shorthand>("default", "infinity", 1, 5000);
const startType = fc.constantFrom("permanent", "transient", "temporary", "load", "none");
const someModules = fc.subarray(MODULES, { maxLength: 3 });
const application = fc.constantFrom(...APPLICATIONS);
const modType = fc.constantFrom("static", "dynamic");

/** An instruction about one module that takes part in the order of dependency. */
function dependent(module: string, deps: readonly string[]): fc.Arbitrary<Shorthand> {
  const mods = L(...deps);
  const full = fc.oneof(
    fc.tuple(change, purge, purge).map(([c, pre, post]): Shorthand => ["update", module, c, pre, post, mods]),
    fc
      .tuple(timeout, change, purge, purge)
      .map(([t, c, pre, post]): Shorthand => ["update", module, t, c, pre, post, mods]),
    fc
      .tuple(modType, timeout, change, purge, purge)
      .map(([type, t, c, pre, post]): Shorthand => ["update", module, type, t, c, pre, post, mods]),
    change.map((c): Shorthand => ["update", module, c, mods]),
    fc.tuple(purge, purge).map(([pre, post]): Shorthand => ["load_module", module, pre, post, mods]),
    fc.constantFrom<Shorthand>(
      ["update", module, mods],
      ["load_module", module, mods],
      ["add_module", module, mods],
      ["delete_module", module, mods],
    ),
  );
  if (deps.length > 0) return full;
  const short = fc.oneof(
    change.map((c): Shorthand => ["update", module, c]),
    fc.constantFrom<Shorthand>(
      ["update", module],
      ["update", module, "supervisor"],
      ["load_module", module],
      ["add_module", module],
      ["delete_module", module],
    ),
  );
  return fc.oneof(full, short);
}

/** Low-level instructions that may stand alone or belong together; mostly in pairs that fit. */
const lowLevel: fc.Arbitrary<readonly Shorthand[]> = fc.oneof(
  someModules.map((mods): Shorthand[] => [
    ["suspend", L(...mods)],
    ["resume", L(...mods.toReversed())],
  ]),
  fc.tuple(someModules, timeout).map(([mods, t]): Shorthand[] => [
    ["suspend", L(...mods.map((mod) => [mod, t]))],
    ["code_change", L(...mods.map((mod) => [mod, nil]))],
    ["resume", L(...mods)],
  ]),
  someModules.map((mods): Shorthand[] => [
    ["stop", L(...mods)],
    ["start", L(...mods)],
  ]),
  fc
    .tuple(application, someModules, purge, purge)
    .map(([name, mods, pre, post]): Shorthand[] => [
      ["load_object_code", [name, S("1"), L(...mods)]],
      ...mods.map((mod): Shorthand => ["load", [mod, pre, post]]),
    ]),
  fc
    .tuple(fc.constantFrom(...MODULES), purge, purge)
    .map(([mod, pre, post]): Shorthand[] => [["remove", [mod, pre, post]]]),
  someModules.map((mods): Shorthand[] => [["purge", L(...mods)]]),
  fc
    .tuple(fc.constantFrom("up", "down"), someModules, extra)
    .map(([mode, mods, value]): Shorthand[] => [
      ["code_change", mode, L(...mods.map((mod): Shorthand => [mod, value]))],
    ]),
  extra.map((id): Shorthand[] => [["sync_nodes", id, L("n1", "n2")]]),
  extra.map((id): Shorthand[] => [["sync_nodes", id, ["m", "f", L(id)]]]),
  extra.map((argument): Shorthand[] => [["apply", ["m", "f", L(argument)]]]),
);

const rare: fc.Arbitrary<readonly Shorthand[]> = fc.oneof(
  fc.constantFrom<readonly Shorthand[]>(["restart_new_emulator"], ["restart_emulator"], ["point_of_no_return"]),
  fc.tuple(application, startType).map(([name, type]): Shorthand[] => [["add_application", name, type]]),
  application.map((name): Shorthand[] => [["add_application", name]]),
  application.map((name): Shorthand[] => [["remove_application", name]]),
  application.map((name): Shorthand[] => [["restart_application", name]]),
);

/** Things that break a script: unpaired instructions, unknown names. */
const wrong: fc.Arbitrary<readonly Shorthand[]> = fc.constantFrom<readonly Shorthand[]>(
  ["point_of_no_return", "point_of_no_return"],
  [["suspend", L("m1")]],
  [["resume", L("m2")]],
  [["stop", L("m1")]],
  [["start", L("m2")]],
  [["load", ["m1", "soft_purge", "soft_purge"]]],
  [["load_object_code", ["a1", S("9"), L("m1")]]],
  [["load_object_code", ["a1", S("8"), L("m1")]]],
  [["add_application", "unknown"]],
  [["update", "unknown"]],
  [["load_module", "m1", L("unknown")]],
  ["restart"],
  ["mnesia_backup"],
  [["no_such", "m1"]],
);

interface Node {
  readonly module: string;
  readonly deps: readonly string[];
}

/** Which modules have a dependent instruction, and on which of the others they depend: sparse, dense, circles too. */
const nodes: fc.Arbitrary<readonly Node[]> = fc
  .tuple(fc.shuffledSubarray(MODULES, { maxLength: MODULES.length }), fc.integer({ min: 0, max: 3 }))
  .chain(([modules, degree]) =>
    fc.tuple(
      ...modules.map((module) =>
        fc.subarray(modules, { maxLength: Math.min(degree, modules.length) }).map((deps): Node => ({ module, deps })),
      ),
    ),
  );

const junk = fc.constantFrom<Term>(
  T("junk"),
  0,
  -1,
  nil,
  S("text"),
  binary("b"),
  new Float(0.5),
  T(["a", "b"]),
  L("a"),
);

/** Replaces one part of a term, at any depth, by something else. */
function spoil(term: Term, path: readonly number[], by: Term): Term {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  if (term instanceof Tuple && term.arity > 0) {
    const at = step % term.arity;
    return new Tuple(term.elements.map((element, index) => (index === at ? spoil(element, rest, by) : element)));
  }
  if (term instanceof List && term.elements.length > 0) {
    const at = step % term.elements.length;
    return list(...term.elements.map((element, index) => (index === at ? spoil(element, rest, by) : element)));
  }
  return by;
}

const spoiling = seldom(fc.tuple(fc.nat(), fc.array(fc.nat({ max: 7 }), { maxLength: 3 }), junk));

/** A release's applications: every module of the pool in one of them, sometimes in two or none. */
function applications(vsn: string): fc.Arbitrary<readonly UpgradeApplication[]> {
  return fc
    .tuple(
      fc.array(fc.nat({ max: 5 }), { minLength: MODULES.length, maxLength: MODULES.length }),
      fc.array(startType, { minLength: 4, maxLength: 4 }),
      fc.subarray([0, 1, 2, 3], { minLength: 2 }),
      seldom(fc.constantFrom(...MODULES)),
    )
    .map(([homes, types, present, twice]) =>
      present.map((index) => ({
        name: APPLICATIONS[index]!,
        vsn,
        type: types[index]!,
        modules: MODULES.filter((module, at) => present[homes[at]! % present.length] === index || module === twice),
      })),
    );
}

/** Distributes things over a few scripts, keeping their order. */
function distribute(instructions: readonly Term[], cuts: readonly number[]): readonly (readonly Term[])[] {
  const scripts: Term[][] = cuts.map(() => []);
  let at = 0;
  for (const [index, instruction] of instructions.entries()) {
    if (at < cuts.length - 1 && index >= cuts[at]!) at++;
    scripts[at]!.push(instruction);
  }
  return scripts;
}

export const scriptsCase: fc.Arbitrary<ScriptsCase> = fc
  .record({
    mode: fc.constantFrom<"up" | "down">("up", "down"),
    nodes,
    low: fc.array(fc.oneof({ arbitrary: lowLevel, weight: 4 }, { arbitrary: rare, weight: 2 }), { maxLength: 3 }),
    wrong: seldom(wrong),
    cuts: fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 4 }),
    applications: applications("1"),
    preApplications: applications("0"),
    spoiling,
    seed: fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
  })
  .chain((parts) =>
    fc.tuple(...parts.nodes.map(({ module, deps }) => dependent(module, deps))).map((dependents): ScriptsCase => {
      const packets = [
        ...dependents.map((instruction) => [instruction]),
        ...parts.low,
        ...(parts.wrong === null ? [] : [parts.wrong]),
      ];
      // Packets at random places, their instructions kept in order.
      const order = packets.map((_, index) => index).sort((a, b) => parts.seed[a % 30]! - parts.seed[b % 30]! || a - b);
      const terms = order.flatMap((index) => packets[index]!.map(T));
      if (parts.spoiling !== null && terms.length > 0) {
        const [at, path, by] = parts.spoiling;
        terms[at % terms.length] = spoil(terms[at % terms.length]!, path, by);
      }
      const { mode, cuts, applications: to, preApplications: from } = parts;
      return { mode, scripts: distribute(terms, cuts), applications: to, preApplications: from };
    }),
  );
