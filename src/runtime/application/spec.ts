import { Atom, List, type Term, Tuple, atom, list, nil, string, tuple } from "../../terms/term.js";
import { INFINITY, at, elementsOf, isTagged } from "../support/term.js";

/** An application as its `.app` specifies it: what the controller keeps of it. */
export interface ApplicationSpec {
  readonly name: string;
  readonly description: Term;
  readonly id: Term;
  readonly vsn: Term;
  readonly modules: readonly string[];
  readonly registered: readonly string[];
  readonly applications: readonly string[];
  readonly includedApplications: readonly string[];
  readonly optionalApplications: readonly string[];
  readonly env: readonly (readonly [string, Term])[];
  readonly mod: { readonly module: Atom; readonly args: Term } | undefined;
  readonly startPhases: List | undefined;
  readonly maxP: Term;
  readonly maxT: Term;
}

/** A specification that can't be taken: the reason as application_controller gives it. */
export class BadApplication {
  readonly reason: Term;
  constructor(reason: Term) {
    this.reason = reason;
  }
}

/** `application_controller:make_appl_i/1`: reads `{application, Name, Keys}`. */
export function applicationSpec(term: Term): ApplicationSpec | BadApplication {
  if (!isTagged(term, "application", 3)) return bad("bad_application", term);
  const [name, keys] = [at(term, 1), at(term, 2)];
  if (!(name instanceof Atom)) return bad("invalid_name", name);
  const items = elementsOf(keys);
  if (items === undefined) return bad("invalid_options", keys);
  const given = (key: string): Term | undefined => find(items, key);
  const mod = given("mod") ?? nil;
  const isPair = mod instanceof Tuple && mod.arity === 2 && at(mod, 0) instanceof Atom;
  if (!isPair && elementsOf(mod)?.length !== 0) return bad("badstartspec", mod);
  const phases = given("start_phases");
  return {
    name: name.name,
    description: given("description") ?? nil,
    id: given("id") ?? nil,
    vsn: given("vsn") ?? nil,
    modules: names(given("modules")),
    registered: names(given("registered")),
    applications: names(given("applications")),
    includedApplications: names(given("included_applications")),
    optionalApplications: names(given("optional_applications")),
    env: environmentOf(given("env")),
    mod: isPair ? { module: at(mod, 0) as Atom, args: at(mod, 1) } : undefined,
    startPhases: phases instanceof List ? phases : undefined,
    maxP: given("maxP") ?? INFINITY,
    maxT: given("maxT") ?? INFINITY,
  };
}

const bad = (tag: string, what: Term): BadApplication => new BadApplication(tuple(atom(tag), what));

function find(items: readonly Term[], key: string): Term | undefined {
  const found = items.find((item) => isTagged(item, key, 2));
  return found === undefined ? undefined : at(found, 1);
}

function names(term: Term | undefined): string[] {
  return (elementsOf(term) ?? []).flatMap((item) => (item instanceof Atom ? item.name : []));
}

/** `[{Key, Value}]` as pairs, what is none left out. */
export function environmentOf(term: Term | undefined): (readonly [string, Term])[] {
  return (elementsOf(term) ?? []).flatMap((item) =>
    item instanceof Tuple && item.arity === 2 && at(item, 0) instanceof Atom
      ? [[(at(item, 0) as Atom).name, at(item, 1)] as const]
      : [],
  );
}

/** The applications that are part of every embedded node: they have no directory in a release root. */
export const BUILT_IN_APPLICATIONS = ["kernel", "stdlib", "sasl"] as const;

/** The specification of a built-in application, as its `.app` file would have it. */
export function builtInApplication(name: string, vsn: string): ApplicationSpec {
  const isKernel = name === "kernel";
  return {
    name,
    description: string(`relupctl embedded ${name}`),
    id: nil,
    vsn: string(vsn),
    modules: [],
    registered: isKernel ? ["application_controller", "kernel_sup"] : [],
    applications: isKernel ? [] : name === "stdlib" ? ["kernel"] : ["kernel", "stdlib"],
    includedApplications: [],
    optionalApplications: [],
    env: [],
    mod: isKernel ? { module: atom("kernel"), args: list() } : undefined,
    startPhases: undefined,
    maxP: INFINITY,
    maxT: INFINITY,
  };
}
