import { atom, List, nil, string, tuple, type Term } from "../../terms/term.js";
import { appKeys, fieldOf, type AppField, type AppKey } from "../app-keys.js";
import type { App } from "../records.js";

/** The term of an application: app(4). */
export function encodeApp(app: App): Term {
  const extra = [...(app.extra ?? [])];
  const takeExtra = (key: string): Term | undefined => {
    const index = extra.findIndex(([name]) => name === key);
    return index === -1 ? undefined : extra.splice(index, 1)[0]![1];
  };
  const left = new Set<AppKey>(appKeys);
  const pairs: Term[] = [];
  for (const key of app.order ?? []) {
    const field = fieldOf(key);
    if (field !== undefined && !left.delete(key as AppKey)) continue;
    const value = (field === undefined ? undefined : encodeField(app, field)) ?? takeExtra(key) ?? noneOf(key);
    if (value !== undefined) pairs.push(tuple(atom(key), value));
  }
  for (const key of appKeys) {
    const value = left.has(key) ? encodeField(app, fieldOf(key)!) : undefined;
    if (value !== undefined) pairs.push(tuple(atom(key), value));
  }
  for (const [key, value] of extra) pairs.push(tuple(atom(key), value));
  return tuple(atom("application"), atom(app.name), new List(pairs));
}

function noneOf(key: string): Term | undefined {
  if (key === "mod") return nil;
  return key === "start_phases" ? atom("undefined") : undefined;
}

const atoms = (names: readonly string[]): Term => new List(names.map(atom));
const limit = (value: number | "infinity"): Term => (typeof value === "number" ? value : atom(value));
const pairList = (pairs: readonly (readonly [string, Term])[]): Term =>
  new List(pairs.map(([key, value]) => tuple(atom(key), value)));

function encodeField(app: App, field: AppField): Term | undefined {
  switch (field) {
    case "description":
    case "vsn":
      return string(app[field]);
    case "id":
      return app.id === undefined ? undefined : string(app.id);
    case "modules":
    case "registered":
    case "applications":
    case "includedApplications":
    case "optionalApplications": {
      const names = app[field];
      return names === undefined ? undefined : atoms(names);
    }
    case "maxP":
    case "maxT": {
      const value = app[field];
      return value === undefined ? undefined : limit(value);
    }
    case "env":
    case "startPhases": {
      const value = app[field];
      return value === undefined ? undefined : pairList(value);
    }
    case "mod":
      return app.mod === undefined ? undefined : tuple(atom(app.mod.module), app.mod.args);
    case "runtimeDependencies":
      return app.runtimeDependencies === undefined ? undefined : new List(app.runtimeDependencies.map(string));
  }
}
