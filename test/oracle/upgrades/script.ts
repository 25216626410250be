import type { Planned, PlannedApplication, PlannedSupervisor } from "./application.js";
import type { Draw } from "./draw.js";
import { APP, type Version } from "./model.js";

/** What an instruction needs to be followed by, or the low-level code that has to be read for it. */
interface Group {
  readonly instructions: readonly string[];
  /** Modules whose object code low-level instructions load. */
  readonly objectCode: readonly string[];
}

type Way = "advanced" | "soft" | "restarted" | "by hand";

/**
 * The instructions from one version of the application to the other: for every module that differs one of the ways to
 * change it, in any order, with calls between them.
 */
export function scriptOf(draw: Draw, planned: PlannedApplication, from: Version, to: Version): string[] {
  const script = new Script(draw, planned, from, to);
  return script.instructions();
}

class Script {
  readonly #draw: Draw;
  readonly #planned: PlannedApplication;
  readonly #from: Version;
  readonly #to: Version;
  /** How each module that processes run is changed. */
  readonly #ways: ReadonlyMap<string, Way>;
  /** Modules with a high-level instruction: those that others may name as what they depend on. */
  readonly #named: readonly string[];
  #markers = 0;

  constructor(draw: Draw, planned: PlannedApplication, from: Version, to: Version) {
    this.#draw = draw;
    this.#planned = planned;
    this.#from = from;
    this.#to = to;
    this.#ways = new Map(planned.modules.map((module) => [module.name, this.#way(module)]));
    const lowLevel = (name: string): boolean => ["restarted", "by hand"].includes(this.#ways.get(name)!);
    this.#named = planned.modules
      .filter(({ name, fate }) => fate !== "same" && !lowLevel(name))
      .map(({ name }) => name);
  }

  instructions(): string[] {
    const draw = this.#draw;
    const groups = draw.shuffled(this.#planned.modules.flatMap((module) => this.#group(module)));
    const lowLevel = groups.flatMap(({ objectCode }) => objectCode);
    const head =
      lowLevel.length === 0
        ? []
        : [`{load_object_code, {${APP}, "${this.#to}", [${lowLevel.join(", ")}]}}`, "point_of_no_return"];
    const body = groups.flatMap(({ instructions }) => [...this.#between(), ...instructions]);
    return [...head, ...this.#leaving(), ...body, ...this.#between()];
  }

  /** Children whose code goes are stopped before it does, and forgotten. */
  #leaving(): string[] {
    const goes = new Set(
      this.#planned.modules.filter(({ name }) => !this.#planned.sources[this.#to].has(name)).map(({ name }) => name),
    );
    return this.#planned.supervisors.flatMap(({ name, specs }) =>
      (specs[this.#from]?.children ?? [])
        .filter(({ start }) => goes.has(/^\{(\w+)/.exec(start)![1]!))
        .flatMap(({ id }) => [stopChild(name, id), forgetChild(name, id)]),
    );
  }

  /** Now and then a call between two groups. */
  #between(): string[] {
    return this.#draw.chance(35) ? [this.#marker()] : [];
  }

  #marker(): string {
    return `{apply, {upgrade_kit, note, [script, {marker, ${++this.#markers}}]}}`;
  }

  #group(module: Planned): Group[] {
    const before = this.#planned.sources[this.#from].get(module.name);
    const after = this.#planned.sources[this.#to].get(module.name);
    if (before === undefined)
      return [group(`{add_module, ${module.name}${this.#draw.chance(30) ? `, ${this.#depMods(module.name)}` : ""}}`)];
    if (after === undefined) return [this.#deletion(module)];
    if (module.fate === "same" && !this.#draw.chance(10)) return [];
    switch (after.kind) {
      case "supervisor":
        return [this.#supervisor(module.name)];
      case "library":
      case "application":
      case "written":
        return [group(this.#loadModule(module.name))];
      case "server":
      case "statem":
      case "special":
      case "handler":
        return [this.#process(module.name)];
    }
  }

  #way({ name, kind, fate }: Planned): Way {
    const before = this.#planned.sources[this.#from].get(name);
    const after = this.#planned.sources[this.#to].get(name);
    // Code_change has to be there where it will be called: in the newer of the two versions.
    const called = this.#to === 2 ? after : before;
    if (fate !== "changed" || called === undefined || !("codeChange" in called)) return "soft";
    if (called.codeChange === "none") return "soft";
    return this.#draw.weighted<Way>([
      [7, "advanced"],
      [2, "soft"],
      // There is no stopping a child of a simple_one_for_one supervisor by its id.
      [kind === "handler" || this.#isSimpleChild(name) ? 0 : 1, "restarted"],
      [1, "by hand"],
    ]);
  }

  #isSimpleChild(name: string): boolean {
    const specs = this.#planned.supervisors.flatMap((supervisor) => Object.values(supervisor.specs));
    return specs.some(
      ({ strategy, children }) =>
        strategy === "simple_one_for_one" && children.some(({ modules }) => modules.includes(name)),
    );
  }

  #process(name: string): Group {
    const draw = this.#draw;
    switch (this.#ways.get(name)!) {
      case "advanced":
        return group(this.#update(name));
      case "soft":
        return group(draw.pick([`{update, ${name}}`, `{update, ${name}, soft}`, this.#loadModule(name)]));
      case "restarted":
        return {
          instructions: [`{stop, [${name}]}`, this.#load(name), ...this.#between(), `{start, [${name}]}`],
          objectCode: [name],
        };
      case "by hand":
        return { instructions: this.#byHand(name), objectCode: [name] };
    }
  }

  #byHand(name: string): string[] {
    const draw = this.#draw;
    const change = `{code_change, ${this.#to === 2 ? "up" : "down"}, [{${name}, ${this.#extra(name)}}]}`;
    const load = [this.#load(name), ...(draw.chance(30) ? [`{purge, [${name}]}`] : [])];
    return [
      `{suspend, [${draw.pick([name, `{${name}, 4000}`, `{${name}, default}`, `{${name}, infinity}`])}]}`,
      ...this.#between(),
      ...(this.#to === 2 ? [...load, change] : [change, ...load]),
      ...this.#between(),
      `{resume, [${name}]}`,
    ];
  }

  /** `{update, M, {advanced, Extra}}` in one of its forms. */
  #update(name: string): string {
    const draw = this.#draw;
    const change = `{advanced, ${this.#extra(name)}}`;
    const dependencies = this.#depMods(name);
    const timeout = draw.pick(["default", "infinity", "5000"]);
    const purges = `${this.#purge()}, ${this.#purge()}`;
    return draw.weighted([
      [4, `{update, ${name}, ${change}}`],
      [2, `{update, ${name}, ${change}, ${dependencies}}`],
      [1, `{update, ${name}, ${change}, ${purges}, ${dependencies}}`],
      [1, `{update, ${name}, ${timeout}, ${change}, ${purges}, ${dependencies}}`],
      [2, `{update, ${name}, ${draw.pick(["static", "dynamic"])}, ${timeout}, ${change}, ${purges}, ${dependencies}}`],
    ]);
  }

  #loadModule(name: string): string {
    return this.#draw.weighted([
      [3, `{load_module, ${name}}`],
      [1, `{load_module, ${name}, ${this.#depMods(name)}}`],
      [1, `{load_module, ${name}, ${this.#purge()}, ${this.#purge()}, ${this.#depMods(name)}}`],
    ]);
  }

  #load(name: string): string {
    return `{load, {${name}, ${this.#purge()}, ${this.#purge()}}}`;
  }

  /** A term that tells in the record which instruction it came from. */
  #extra(name: string): string {
    return this.#draw.pick([`{extra, ${name}}`, `[${name}, {option, "value"}]`, `#{${name} => <<"extra">>}`]);
  }

  #purge(): string {
    return this.#draw.pick(["brutal_purge", "soft_purge"]);
  }

  /** Mostly none; else modules that come later, so that there is an order, or seldom any. */
  #depMods(name: string): string {
    const draw = this.#draw;
    const others = this.#named.filter((other) => other !== name && (draw.chance(15) || other > name));
    return draw.chance(40) ? `[${draw.some(others, 50).join(", ")}]` : "[]";
  }

  /** Code that goes: event managers are told first. */
  #deletion({ name, kind }: Planned): Group {
    const managers = kind === "handler" ? this.#managers() : [];
    return {
      instructions: [
        ...managers.map((manager) => `{apply, {gen_event, delete_handler, [${manager}, ${name}, going]}}`),
        `{delete_module, ${name}${this.#draw.chance(30) ? `, ${this.#depMods(name)}` : ""}}`,
      ],
      objectCode: [],
    };
  }

  #managers(): string[] {
    return this.#planned.supervisors
      .flatMap(({ specs }) => specs[this.#from]?.children ?? [])
      .filter(({ start }) => start.startsWith("{gen_event"))
      .map(({ id }) => id);
  }

  #supervisor(name: string): Group {
    const draw = this.#draw;
    const purges = `${this.#purge()}, ${this.#purge()}`;
    const update = draw.weighted([
      [5, `{update, ${name}, supervisor}`],
      [1, `{update, ${name}, static, default, {advanced, []}, ${purges}, []}`],
      [1, `{update, ${name}, {advanced, ${this.#extra(name)}}}`],
      [1, this.#loadModule(name)],
    ]);
    const own = this.#planned.supervisors.filter(({ module }) => module === name);
    const calls = own.flatMap((supervisor) => this.#childrenChanged(supervisor));
    return group(update, ...draw.some(calls, 70));
  }

  /** Calls that start and stop what the new specification has more and less than the old one. */
  #childrenChanged({ name, specs }: PlannedSupervisor): string[] {
    const before = specs[this.#from];
    const after = specs[this.#to];
    if (before === undefined || after === undefined) return [];
    const ids = (children: readonly { readonly id: string }[]): string[] => children.map(({ id }) => id);
    if (before.strategy === "simple_one_for_one") {
      return this.#draw.chance(30) ? [supervisorCall("start_child", name, `[${name}_late]`)] : [];
    }
    return [
      ...ids(after.children)
        .filter((id) => !ids(before.children).includes(id))
        .map((id) => supervisorCall("restart_child", name, id)),
      ...ids(before.children)
        .filter((id) => !ids(after.children).includes(id))
        .flatMap((id) => [stopChild(name, id), forgetChild(name, id)]),
    ];
  }
}

const supervisorCall = (fun: string, supervisor: string, child: string): string =>
  `{apply, {supervisor, ${fun}, [${supervisor}, ${child}]}}`;
const stopChild = (supervisor: string, id: string): string => supervisorCall("terminate_child", supervisor, id);
const forgetChild = (supervisor: string, id: string): string => supervisorCall("delete_child", supervisor, id);

const group = (...instructions: readonly string[]): Group => ({ instructions, objectCode: [] });
