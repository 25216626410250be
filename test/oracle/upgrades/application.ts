import type { Draw } from "./draw.js";
import type {
  ApplicationVersion,
  ChildSpec,
  CodeChanging,
  ModuleSource,
  SupervisorSpec,
  UpgradeCase,
  Version,
} from "./model.js";
import { scriptOf } from "./script.js";

/** What becomes of a module from version 1 to 2. */
export type Fate = "same" | "changed" | "added" | "deleted";

export interface Planned {
  readonly name: string;
  readonly kind: "server" | "statem" | "handler" | "special" | "supervisor" | "library";
  readonly fate: Fate;
}

/** A supervisor by its registered name, in each version in which its parent has it. */
export interface PlannedSupervisor {
  readonly name: string;
  readonly module: string;
  readonly specs: Partial<Record<Version, SupervisorSpec>>;
}

export interface PlannedApplication {
  readonly modules: readonly Planned[];
  readonly supervisors: readonly PlannedSupervisor[];
  /** The sources of both versions, by name. */
  readonly sources: Readonly<Record<Version, ReadonlyMap<string, ModuleSource>>>;
}

export interface CaseOptions {
  /** Lets a code_change of version 2 fail in this direction. */
  readonly failing?: "up" | "down";
}

/** An upgrade of an application that makes sense to OTP, mostly. */
export function drawCase(draw: Draw, options: CaseOptions = {}): UpgradeCase {
  const modules = drawModules(draw);
  const tree = new Tree(draw, modules);
  const supervisors = tree.draw();
  const libraries = modules.filter((each) => each.kind === "library" && existsIn(each, 1));
  const lingering = draw.some(libraries, 20);
  const planned = { modules, supervisors, sources: drawSources(draw, modules, supervisors, options) };
  return {
    versions: { 1: applicationVersion(draw, planned, 1), 2: applicationVersion(draw, planned, 2) },
    up: scriptOf(draw, planned, 1, 2),
    down: scriptOf(draw, planned, 2, 1),
    loaded: draw.some([...planned.sources[1].keys()], 80),
    afterStart: [...tree.afterStart, ...lingering.map(({ name }) => `upgrade_kit:linger(${name})`)],
  };
}

function drawModules(draw: Draw): Planned[] {
  const several = (kind: Planned["kind"], min: number, max: number, fates: readonly (readonly [number, Fate])[]) =>
    draw.times(min, max, (index): Planned => ({ name: `${kind}${index + 1}`, kind, fate: draw.weighted(fates) }));
  const always: readonly (readonly [number, Fate])[] = [
    [6, "changed"],
    [2, "same"],
  ];
  const any: readonly (readonly [number, Fate])[] = [...always, [1, "added"], [1, "deleted"]];
  return [
    // The first ones are there in both versions: the tree is built of them.
    ...several("supervisor", 1, 1, always),
    ...several("server", 1, 1, always),
    ...several("supervisor", 0, 2, any).map((each, index) => ({ ...each, name: `supervisor${index + 2}` })),
    ...several("server", 0, 2, any).map((each, index) => ({ ...each, name: `server${index + 2}` })),
    ...several("statem", 0, 2, any),
    ...several("special", 0, 2, any),
    ...several("handler", 0, 2, any),
    ...several("library", 0, 2, any),
  ];
}

export const existsIn = ({ fate }: Planned, version: Version): boolean =>
  fate === "same" || fate === "changed" || fate === (version === 1 ? "deleted" : "added");

/** Builds the tree of version 1 and from it that of version 2, supervisor by supervisor. */
class Tree {
  readonly afterStart: string[] = [];
  readonly #draw: Draw;
  readonly #modules: readonly Planned[];
  readonly #supervisors: PlannedSupervisor[] = [];
  #processes = 0;

  constructor(draw: Draw, modules: readonly Planned[]) {
    this.#draw = draw;
    this.#modules = modules;
  }

  draw(): readonly PlannedSupervisor[] {
    this.#supervisor("supervisor1", this.#modules[0]!, [1, 2], 0);
    return this.#supervisors;
  }

  /** Draws a supervisor and all below it. A module that stays the same says the same in both versions. */
  #supervisor(name: string, module: Planned, versions: readonly Version[], depth: number): void {
    const draw = this.#draw;
    const simple = depth > 0 && draw.chance(25);
    const specs: Partial<Record<Version, SupervisorSpec>> = {};
    const [first] = versions;
    const drawn: SupervisorSpec = {
      strategy: simple
        ? "simple_one_for_one"
        : draw.pick(["one_for_one", "one_for_one", "rest_for_one", "one_for_all"]),
      intensity: draw.number(3, 6),
      period: draw.number(1, 3),
      children: [],
    };
    const inBoth = versions.length === 2;
    const mayDiffer = inBoth && module.fate === "changed";
    const children = simple
      ? [this.#simpleChild(name, versions)]
      : draw.times(1, depth === 0 ? 5 : 3, () => this.#child(versions, depth));
    specs[first!] = { ...drawn, children };
    this.#supervisors.push({ name, module: module.name, specs });
    if (!inBoth) return;
    specs[2] = mayDiffer ? this.#changed({ ...drawn, children }, simple, depth) : { ...drawn, children };
  }

  /** What version 2 says of a supervisor whose module changes. */
  #changed(before: SupervisorSpec, simple: boolean, depth: number): SupervisorSpec {
    const draw = this.#draw;
    const gone = new Set(this.#leaving(before.children));
    const kept = before.children
      .filter(({ id }) => !gone.has(id))
      .map((child) => (draw.chance(30) ? this.#altered(child) : child));
    const added = simple ? [] : draw.times(0, 2, () => this.#child([2], depth)).slice(draw.chance(50) ? 0 : 1);
    const altersFlags = draw.chance(30);
    return {
      strategy: simple || !altersFlags ? before.strategy : draw.pick(["one_for_one", "rest_for_one", "one_for_all"]),
      intensity: altersFlags ? before.intensity + 1 : before.intensity,
      period: before.period,
      children: draw.chance(30) ? draw.shuffled([...kept, ...added]) : [...kept, ...added],
    };
  }

  /** Children that version 2 doesn't have: those of modules that it hasn't either, and some others. */
  #leaving(children: readonly ChildSpec[]): string[] {
    return children
      .filter((child) => child.type === "worker" && child.modules !== "dynamic" && this.#draw.chance(10))
      .map(({ id }) => id);
  }

  #altered(child: ChildSpec): ChildSpec {
    const draw = this.#draw;
    return draw.chance(50)
      ? { ...child, shutdown: child.type === "supervisor" ? "infinity" : draw.pick(["1000", "4000", "brutal_kill"]) }
      : { ...child, restart: draw.pick(["permanent", "transient"]) };
  }

  #child(versions: readonly Version[], depth: number): ChildSpec {
    const draw = this.#draw;
    const what = draw.weighted<"worker" | "supervisor" | "manager">([
      [7, "worker"],
      [depth < 2 ? 2 : 0, "supervisor"],
      [2, "manager"],
    ]);
    if (what === "manager") return this.#manager(versions);
    if (what === "supervisor") {
      const module = this.#module(["supervisor"], versions);
      // Each module's first supervisor is registered under the module's own name.
      const id = `${module.name}_${++this.#processes}`;
      this.#supervisor(id, module, versions, depth + 1);
      return this.#spec(id, `{${module.name}, start_link, [${id}]}`, "supervisor", [module.name]);
    }
    const module = this.#module(["server", "statem", "special"], versions);
    const id = `${module.name}_${++this.#processes}`;
    return this.#spec(id, `{${module.name}, start_link, [${id}]}`, "worker", this.#declared(module, versions));
  }

  /** The modules in a child specification: now and then more than the callback module, as docs tell to. */
  #declared(module: Planned, versions: readonly Version[]): string[] {
    const draw = this.#draw;
    const others = this.#modules.filter(
      (each) => each !== module && each.kind !== "supervisor" && versions.every((version) => existsIn(each, version)),
    );
    const more = others.length > 0 && draw.chance(20) ? [draw.pick(others).name] : [];
    return draw.chance(50) ? [...more, module.name] : [module.name, ...more];
  }

  #spec(id: string, start: string, type: ChildSpec["type"], modules: ChildSpec["modules"]): ChildSpec {
    const draw = this.#draw;
    return {
      id,
      start,
      type,
      modules,
      restart: draw.weighted([
        [5, "permanent"],
        [2, "transient"],
        [1, "temporary"],
      ]),
      shutdown: type === "supervisor" ? "infinity" : draw.pick(["5000", "2000", "brutal_kill"]),
    };
  }

  /** The one child specification of a simple_one_for_one; its children are started after the application. */
  #simpleChild(supervisor: string, versions: readonly Version[]): ChildSpec {
    const draw = this.#draw;
    const module = this.#module(["server", "statem", "special"], versions);
    const names = draw.times(0, 4, () => `${module.name}_${++this.#processes}`);
    if (versions.includes(1)) {
      for (const name of names) this.afterStart.push(`{ok, _} = supervisor:start_child(${supervisor}, [${name}])`);
    }
    return this.#spec("template", `{${module.name}, start_link, []}`, "worker", this.#declared(module, versions));
  }

  /** An event manager, most with handlers, declared rightly or not. */
  #manager(versions: readonly Version[]): ChildSpec {
    const draw = this.#draw;
    const id = `manager_${++this.#processes}`;
    const handlers = this.#modules.filter((each) => each.kind === "handler" && existsIn(each, 1));
    const chosen = draw.some(handlers, 70);
    if (versions.includes(1)) {
      for (const { name } of chosen) {
        const handler = draw.chance(30) ? `{${name}, second}` : name;
        this.afterStart.push(`ok = gen_event:add_handler(${id}, ${handler}, ${id})`);
      }
    }
    const modules = draw.weighted<readonly string[] | "dynamic">([
      [5, "dynamic"],
      [1, ["gen_event"]],
      [1, chosen.map(({ name }) => name)],
    ]);
    return this.#spec(id, `{gen_event, start_link, [{local, ${id}}]}`, "worker", modules);
  }

  /** A module of one of the kinds that is there in all the versions. */
  #module(kinds: readonly Planned["kind"][], versions: readonly Version[]): Planned {
    const fitting = this.#modules.filter(
      (each) => kinds.includes(each.kind) && versions.every((version) => existsIn(each, version)),
    );
    return this.#draw.pick(fitting);
  }
}

function drawSources(
  draw: Draw,
  modules: readonly Planned[],
  supervisors: readonly PlannedSupervisor[],
  options: CaseOptions,
): Record<Version, Map<string, ModuleSource>> {
  const sources: Record<Version, Map<string, ModuleSource>> = { 1: new Map(), 2: new Map() };
  for (const module of modules) {
    const source = drawSource(draw, module, modules, options);
    for (const version of [1, 2] as const) {
      if (!existsIn(module, version)) continue;
      // A module that stays the same is the same to the byte, its version number too.
      const said = module.fate === "same" ? 1 : version;
      const made = source(said);
      sources[version].set(
        module.name,
        made.kind === "supervisor" ? { ...made, supervisors: specsOf(module, supervisors, version) } : made,
      );
    }
  }
  const changes = draw.chance(50);
  for (const version of [1, 2] as const) {
    const said = changes ? version : 1;
    sources[version].set("shop_app", {
      name: "shop_app",
      version: said,
      vsn: undefined,
      kind: "application",
      top: "supervisor1",
    });
  }
  return sources;
}

function specsOf(
  module: Planned,
  supervisors: readonly PlannedSupervisor[],
  version: Version,
): ReadonlyMap<string, SupervisorSpec> {
  const own = supervisors.filter((each) => each.module === module.name);
  // A supervisor that one version only knows is told of by both where the module doesn't change.
  const said = own.map(({ name, specs }) => [name, specs[version] ?? specs[version === 1 ? 2 : 1]!] as const);
  return new Map([...said, ["nobody", { strategy: "one_for_one", intensity: 1, period: 1, children: [] }]]);
}

const attribute = (draw: Draw, name: string) => {
  const form = draw.weighted<(version: Version) => string | undefined>([
    [4, (version) => `"${name}-${version}"`],
    [2, () => undefined],
    [1, (version) => `${version}`],
    [1, (version) => `{${name}, ${version}}`],
    [1, (version) => `[${version}, ${name}]`],
    [1, () => `same`],
  ]);
  return form;
};

function drawSource(
  draw: Draw,
  { name, kind }: Planned,
  modules: readonly Planned[],
  { failing }: CaseOptions,
): (version: Version) => ModuleSource {
  const vsn = attribute(draw, name);
  const fails: CodeChanging =
    failing !== undefined && draw.chance(40)
      ? draw.pick<CodeChanging>([`refuses ${failing}`, `raises ${failing}`])
      : "converts";
  const codeChange: CodeChanging = draw.chance(85) ? fails : "none";
  const base = (version: Version) => ({ name, version, vsn: vsn(version) });
  switch (kind) {
    case "server": {
      const library = modules.find((each) => each.kind === "library" && existsIn(each, 1) && existsIn(each, 2));
      const keepsFunOf = library !== undefined && draw.chance(30) ? library.name : undefined;
      return (version) => ({ ...base(version), kind, codeChange, keepsFunOf });
    }
    case "statem": {
      const modes = ["state_functions", "handle_event_function"] as const;
      const mode = { 1: draw.pick(modes), 2: draw.pick(modes) };
      return (version) => ({ ...base(version), kind, codeChange, mode: mode[version] });
    }
    case "handler":
      return (version) => ({ ...base(version), kind, codeChange });
    case "special": {
      const tellsState = draw.chance(60);
      return (version) => ({ ...base(version), kind, codeChange, tellsState });
    }
    case "supervisor":
      return (version) => ({ ...base(version), kind, supervisors: new Map() });
    case "library":
      return (version) => ({ ...base(version), kind });
  }
}

function applicationVersion(draw: Draw, { sources }: PlannedApplication, version: Version): ApplicationVersion {
  const env = draw.some(
    ["{first, 1}", `{second, ${version}}`, `{third, "three"}`, `{only_${version}, {[], <<"b">>}}`],
    50,
  );
  const keys = [
    `{description, "the shop ${version}"}`,
    `{registered, [${draw.some(["supervisor1", "server1_1"], 50).join(", ")}]}`,
    `{applications, [kernel, stdlib]}`,
    `{env, [${env.join(", ")}]}`,
    ...draw.some(
      [`{id, "id ${version}"}`, `{maxT, infinity}`, `{maxP, 1000}`, `{runtime_dependencies, ["kernel-1.0"]}`],
      25,
    ),
  ];
  return { version, modules: [...sources[version].values()], keys: draw.chance(30) ? draw.shuffled(keys) : keys };
}
