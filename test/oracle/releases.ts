import fc from "fast-check";
import { binary, nil, type Term } from "../../src/terms/term.js";
import { printTerm } from "../../src/terms/print.js";
import { L, S, T, type Shorthand } from "./terms.js";

/** Generated releases on a disk that is only a map so far; not all of them make sense. */
export interface ReleasesCase {
  /** Files by their path below the case's directory. */
  readonly files: ReadonlyMap<string, string | Term>;
  /** The stems of `.rel` files. */
  readonly top: string;
  readonly upFrom: readonly BaseCase[];
  readonly downTo: readonly BaseCase[];
  /** The path, below the case's directory. */
  readonly path: readonly string[];
  readonly restartEmulator: boolean;
}

export interface BaseCase {
  readonly rel: string;
  readonly description?: Term;
}

const CORE = ["kernel", "stdlib", "sasl"];
const OTHERS = ["alpha", "beta", "gamma", "delta", "epsilon"];
const NAMES = [...CORE, ...OTHERS];
const VERSIONS = ["1.0", "1.1", "2.0"];
const MODULES = ["one", "two", "three", "four"];

/** Mostly the one, seldom the other. */
const seldom = <Value>(value: fc.Arbitrary<Value>, weight = 30): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight }, { arbitrary: value, weight: 1 });
const startType = fc.constantFrom("permanent", "transient", "temporary", "load", "none");

interface Application {
  readonly name: string;
  readonly vsn: string;
  readonly modules: readonly string[];
  readonly uses: readonly string[];
  readonly includes: readonly string[];
}

/** An `.app` with what may be wrong with it. */
function application(name: string, vsn: string): fc.Arbitrary<{ app: Application; term: Term | string }> {
  const earlier = NAMES.slice(0, NAMES.indexOf(name));
  const later = NAMES.slice(NAMES.indexOf(name) + 1).filter((other) => OTHERS.includes(other));
  const isCore = CORE.includes(name);
  return fc
    .record({
      own: fc.oneof({ arbitrary: fc.constant(MODULES), weight: 12 }, { arbitrary: fc.subarray(MODULES), weight: 1 }),
      // Mostly what is surely there, now and then what makes a circle or isn't in the release.
      uses: fc.oneof(
        { arbitrary: fc.constant<readonly string[]>(isCore ? earlier : ["kernel", "stdlib"]), weight: 30 },
        { arbitrary: fc.subarray(earlier), weight: 8 },
        { arbitrary: fc.shuffledSubarray(NAMES, { maxLength: 3 }), weight: isCore ? 0 : 1 },
      ),
      includes: isCore
        ? fc.constant([])
        : fc.oneof(
            { arbitrary: fc.constant([]), weight: 12 },
            fc.subarray(later, { maxLength: Math.min(2, later.length) }),
          ),
      optional: fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, fc.subarray(NAMES)),
      registered: seldom(fc.constantFrom<readonly string[]>(["shared_name"], ["x", "x"]), 120),
      foreign: seldom(fc.constantFrom("alpha_one", "beta_two", `${name}_one`), 150),
      double: seldom(fc.boolean(), 150),
      broken: seldom(fc.constantFrom("syntax", "vsn", "name", "missing", "bad", "form"), 300),
    })
    .map((parts) => {
      const modules = [
        ...parts.own.map((own) => `${name}_${own}`),
        ...(parts.foreign === undefined ? [] : [parts.foreign]),
      ];
      const uses = parts.double === undefined || parts.uses.length === 0 ? parts.uses : [...parts.uses, parts.uses[0]!];
      const app = { name, vsn, modules, uses, includes: parts.includes };
      const keys: Shorthand[] = [
        ["description", S(`the ${name}`)],
        ["vsn", parts.broken === "vsn" ? S("9.9") : S(vsn)],
        ["modules", parts.broken === "bad" ? L(1) : L(...modules)],
        ["registered", L(...(parts.registered ?? [`${name}_sup`]))],
        ["applications", L(...uses)],
        ...(parts.includes.length === 0 ? [] : [["included_applications", L(...parts.includes)] as const]),
        ...(parts.optional.length === 0 ? [] : [["optional_applications", L(...parts.optional)] as const]),
        ["env", nil],
      ];
      if (parts.broken === "missing") keys.splice(3, 1);
      const term = T(["application", parts.broken === "name" ? "other" : name, L(...keys)]);
      if (parts.broken === "form") return { app, term: T(["application", name]) };
      return { app, term: parts.broken === "syntax" ? "{application, " : term };
    });
}

/** A script over an application's modules; dependencies go from each module to the next one, so that one order fits. */
function script({ name, modules }: Application): fc.Arbitrary<Term> {
  const dependents = fc
    .tuple(
      fc.shuffledSubarray([...new Set(modules)]),
      fc.boolean(),
      fc.array(fc.nat({ max: 7 }), { minLength: 8, maxLength: 8 }),
    )
    .map(([chosen, linked, kinds]) =>
      chosen.map((module, index): Shorthand => {
        const next = chosen[index + 1];
        const deps = linked && next !== undefined ? L(next) : nil;
        const forms: readonly Shorthand[] = [
          ["update", module, deps],
          ["update", module, ["advanced", "state"], deps],
          ["load_module", module, deps],
          ["add_module", module, deps],
          ["delete_module", module, deps],
          ["update", module, "static", 7000, ["advanced", nil], "soft_purge", "brutal_purge", deps],
          ["update", module, "supervisor"],
          ["load_module", module],
        ];
        return forms[kinds[index]!]!;
      }),
    );
  const extra: fc.Arbitrary<readonly Shorthand[]> = fc.oneof(
    { arbitrary: fc.constant([]), weight: 80 },
    {
      arbitrary: fc.constantFrom<readonly Shorthand[]>(
        ["restart_new_emulator"],
        ["restart_emulator"],
        ["point_of_no_return"],
        [["apply", ["m", "f", L(S("text"), 1)]]],
        [["restart_application", name]],
        [["add_application", "epsilon", "load"]],
        [["remove_application", "delta"]],
        [["suspend", L(`${name}_one`)]],
        [["load_module", "nowhere"]],
        [["no_such_instruction"]],
        ["point_of_no_return", "point_of_no_return"],
        [["load_object_code", [name, S("0.1"), L("a_module")]]],
      ),
      weight: 2,
    },
  );
  return fc.tuple(extra, dependents).map(([first, rest]) => L(...first, ...rest.map(T)));
}

const pattern = fc.constantFrom("1\\.[0-9]+", ".*", "1|1.0", "[12]\\.\\d+", "2\\.0", "^1.0$", "(1|2)\\.(0|1)");
const brokenPattern = fc.constantFrom<string | Uint8Array>("(", "[a", Uint8Array.of(255));

/** An appup with an entry for most versions, exact or as a pattern, in any order. */
function appup(app: Application): fc.Arbitrary<Term | string | undefined> {
  const version = fc.oneof(
    { arbitrary: fc.constantFrom(...VERSIONS).map((vsn): Shorthand => S(vsn)), weight: 100 },
    { arbitrary: pattern.map((source): Shorthand => binary(source)), weight: 20 },
    { arbitrary: brokenPattern.map((source): Shorthand => binary(source)), weight: 1 },
    { arbitrary: fc.constant<Shorthand>("strange"), weight: 1 },
  );
  const entries = fc
    .tuple(
      fc.array(fc.tuple(version, script(app)), { maxLength: 2 }),
      fc.array(script(app), { minLength: 3, maxLength: 3 }),
      seldom(fc.nat({ max: 2 }), 8),
    )
    .map(([first, rest, gap]) =>
      L(
        ...first.map(([vsn, each]): Shorthand => [vsn, each]),
        ...rest.flatMap((each, index): Shorthand[] => (index === gap ? [] : [[S(VERSIONS[index]!), each]])),
      ),
    );
  return fc
    .tuple(entries, entries, seldom(fc.constantFrom("missing", "syntax", "form", "vsn", "second"), 80))
    .map(([up, down, broken]) => {
      if (broken === "missing") return undefined;
      if (broken === "syntax") return '{"1.0", [';
      if (broken === "form") return T([S(app.vsn), up]);
      return T([broken === "vsn" ? S("0.0") : S(app.vsn), up, down]);
    });
}

interface Libraries {
  readonly files: readonly (readonly [string, string | Term])[];
  readonly byName: ReadonlyMap<string, readonly Application[]>;
}

const libraries: fc.Arbitrary<Libraries> = fc
  .tuple(
    ...NAMES.flatMap((name) =>
      VERSIONS.map((vsn) =>
        application(name, vsn).chain(({ app, term }) =>
          fc.tuple(fc.constant(app), fc.constant(term), appup(app), seldom(fc.boolean(), 300)),
        ),
      ),
    ),
  )
  .map((all) => {
    const files: (readonly [string, string | Term])[] = [];
    const byName = new Map<string, Application[]>();
    for (const [app, term, up, gone] of all) {
      const directory = `lib/${app.name}-${app.vsn}/ebin`;
      if (gone === undefined) files.push([`${directory}/${app.name}.app`, term]);
      if (up !== undefined) files.push([`${directory}/${app.name}.appup`, up]);
      byName.set(app.name, [...(byName.get(app.name) ?? []), app]);
    }
    return { files, byName };
  });

/** A `.rel` that holds most of the applications, and mostly what these need. */
function release(name: string, index: number, { byName }: Libraries): fc.Arbitrary<Term> {
  const entry = (application: string, needed: boolean): fc.Arbitrary<Shorthand | undefined> =>
    fc
      .record({
        absent: needed ? seldom(fc.constant(true), 200) : seldom(fc.constant(true), 14),
        // Versions are mostly those of the release's number, so that most applications change.
        at: fc.oneof({ arbitrary: fc.constant(index), weight: 5 }, { arbitrary: fc.nat({ max: 2 }), weight: 3 }),
        type: fc.oneof(
          { arbitrary: fc.constant(undefined), weight: 3 },
          { arbitrary: startType, weight: needed ? 0 : 1 },
        ),
        narrowed: fc.oneof({ arbitrary: fc.constant(undefined), weight: 6 }, fc.subarray(OTHERS, { maxLength: 2 })),
        unknown: seldom(fc.constant("7.7"), 300),
      })
      .map(({ absent, at, type, narrowed, unknown }): Shorthand | undefined => {
        if (absent === true) return undefined;
        const { vsn, includes } = byName.get(application)![at]!;
        const included =
          narrowed === undefined
            ? undefined
            : L(...narrowed.filter((other) => includes.includes(other) || other === "beta"));
        return [
          application,
          S(unknown ?? vsn),
          ...(type === undefined ? [] : [type]),
          ...(included === undefined || includes.length === 0 ? [] : [included]),
        ];
      });
  return fc
    .record({
      core: fc.tuple(...CORE.map((application) => entry(application, true))),
      others: fc.tuple(...OTHERS.map((application) => entry(application, false))),
      order: fc.array(fc.nat(), { minLength: NAMES.length, maxLength: NAMES.length }),
      shuffled: fc.boolean(),
      erts: fc.oneof(
        { arbitrary: fc.constant("13.0"), weight: 4 },
        { arbitrary: fc.constantFrom("13.1", "12.0"), weight: 1 },
      ),
    })
    .map(({ core, others, order, shuffled, erts }) => {
      const entries = [...core, ...others].filter((each) => each !== undefined);
      const sorted = entries
        .map((each, at) => ({ each, key: shuffled ? order[at]! : at }))
        .sort((a, b) => a.key - b.key)
        .map(({ each }) => each);
      return T(["release", [S("test"), S(name)], ["erts", S(erts)], L(...sorted)]);
    });
}

const description = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 2 },
  fc.constantFrom<Term | undefined>(S("an upgrade"), T(["any", "term"]), binary("b")),
);

export const releasesCase: fc.Arbitrary<ReleasesCase> = libraries.chain((libs) =>
  fc
    .record({
      rels: fc.tuple(release("r1", 0, libs), release("r2", 1, libs), release("r3", 2, libs)),
      top: fc.constantFrom(0, 1, 2, 2, 2),
      up: fc.shuffledSubarray([0, 1, 2], { maxLength: 2 }),
      down: fc.shuffledSubarray([0, 1, 2], { maxLength: 2 }),
      descriptions: fc.array(description, { minLength: 4, maxLength: 4 }),
      spare: fc.nat({ max: 4 }),
      restartEmulator: fc.oneof(
        { arbitrary: fc.constant(false), weight: 4 },
        { arbitrary: fc.constant(true), weight: 1 },
      ),
      path: fc.constantFrom(
        ["lib/*/ebin"],
        ["lib/*/ebin"],
        ["lib/*/*"],
        ["lib/*-1.*/ebin", "lib/*-2.0/ebin", "none/*"],
        ["lib/*-[12]*/ebin"],
      ),
    })
    .map(({ rels, top, up, down, descriptions, restartEmulator, path, spare }) => {
      const used = [top, ...up, ...down].map((index) => printTerm(rels[index]!)).join();
      // Versions that no release names stand in the way now and then; to write them all would take long.
      const isWanted = (file: string, index: number): boolean => {
        const [, name, vsn] = /^lib\/(\w+)-([0-9.]+)/.exec(file)!;
        return used.includes(`{${name!},"${vsn!}"`) || (index + spare) % 5 === 0;
      };
      const files = new Map<string, string | Term>([
        ...libs.files.filter(([file], index) => isWanted(file, index)),
        ...rels.map((term, index) => [`r${index + 1}.rel`, term] as const),
      ]);
      const base = (index: number, at: number): BaseCase => {
        const text = descriptions[at];
        return { rel: `r${index + 1}`, ...(text === undefined ? {} : { description: text }) };
      };
      const upFrom = up.map((index, at) => base(index, at));
      const downTo = down.map((index, at) => base(index, at + 2));
      return { files, top: `r${top + 1}`, upFrom, downTo, path, restartEmulator };
    }),
);
