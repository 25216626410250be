import { type List, type Pid, type Term, atom, list, tuple } from "../../terms/term.js";
import { UNDEFINED, ok } from "../support/term.js";
import type { ApplicationSpec } from "./spec.js";

export type RestartType = "permanent" | "transient" | "temporary";

/** An application that runs: its master, or none when it has no module to start. */
export interface Running {
  readonly name: string;
  readonly master: Pid | undefined;
}

/** What the application controller knows (OTP keeps it in the table `ac_tab` and in its state). */
export class ApplicationTable {
  readonly loaded = new Map<string, ApplicationSpec>();
  readonly environment = new Map<string, Map<string, Term>>();
  readonly masters = new Map<string, Pid>();
  /** The latest first. */
  running: readonly Running[] = [];
  /** Everything started and not stopped, also what has ended by itself since. The latest first. */
  started: readonly { readonly name: string; readonly type: RestartType }[] = [];
  /** What sys.config says: `{Application, [{Key, Value}]}` by application. */
  config: ReadonlyMap<string, readonly (readonly [string, Term])[]> = new Map();

  /**
   * Makes a specification known. What sys.config says overrides its environment; what was set before it was loaded and
   * is in neither stays.
   */
  load(spec: ApplicationSpec): void {
    this.loaded.set(spec.name, spec);
    const before = this.environment.get(spec.name) ?? [];
    this.environment.set(spec.name, new Map([...before, ...spec.env, ...(this.config.get(spec.name) ?? [])]));
  }

  /** Puts another specification in the place of one that is loaded. Nothing of the environment before stays. */
  replace(spec: ApplicationSpec): void {
    this.environment.delete(spec.name);
    this.load(spec);
  }

  unload(name: string): void {
    const spec = this.loaded.get(name);
    this.loaded.delete(name);
    this.environment.delete(name);
    for (const included of spec?.includedApplications ?? []) this.unload(included);
  }

  isRunning(name: string): boolean {
    return this.running.some((running) => running.name === name);
  }

  /** The application whose master this is. */
  ofMaster(master: Pid): string | undefined {
    for (const [name, pid] of this.masters) if (pid === master) return name;
    return undefined;
  }

  getEnv(application: string, key: string): Term {
    const value = this.environment.get(application)?.get(key);
    return value === undefined ? UNDEFINED : ok(value);
  }

  allEnv(application: string): List {
    const entries = [...(this.environment.get(application) ?? [])];
    return list(...entries.map(([key, value]) => tuple(atom(key), value)));
  }

  setEnv(application: string, key: string, value: Term): void {
    const environment = this.environment.get(application) ?? new Map<string, Term>();
    environment.set(key, value);
    this.environment.set(application, environment);
  }

  /** `{Name, Description, Vsn}`. */
  entry(name: string): Term {
    const spec = this.loaded.get(name);
    return tuple(atom(name), spec?.description ?? list(), spec?.vsn ?? list());
  }

  /** `application_controller:get_key/2`: undefined for a key that there isn't. */
  key(spec: ApplicationSpec, key: string): Term | undefined {
    const atoms = (names: readonly string[]): List => list(...names.map((name) => atom(name)));
    switch (key) {
      case "description":
        return spec.description;
      case "id":
        return spec.id;
      case "vsn":
        return spec.vsn;
      case "modules":
        return atoms(spec.modules);
      case "maxP":
        return spec.maxP;
      case "maxT":
        return spec.maxT;
      case "registered":
        return atoms(spec.registered);
      case "included_applications":
        return atoms(spec.includedApplications);
      case "optional_applications":
        return atoms(spec.optionalApplications);
      case "applications":
        return atoms(spec.applications);
      case "env":
        return this.allEnv(spec.name);
      case "mod":
        return spec.mod === undefined ? list() : tuple(spec.mod.module, spec.mod.args);
      case "start_phases":
        return spec.startPhases ?? UNDEFINED;
      default:
        return undefined;
    }
  }
}

/** The keys of `application:get_all_key/1`, in its order. */
export const KEYS = [
  "description",
  "id",
  "vsn",
  "modules",
  "maxP",
  "maxT",
  "registered",
  "included_applications",
  "optional_applications",
  "applications",
  "env",
  "mod",
  "start_phases",
] as const;
