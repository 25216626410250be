import type { App } from "./records.js";

/** The keys of app(4) in the order of its manual page, and the fields of the record that hold them. */
const keys = {
  description: "description",
  id: "id",
  vsn: "vsn",
  modules: "modules",
  maxP: "maxP",
  maxT: "maxT",
  registered: "registered",
  included_applications: "includedApplications",
  optional_applications: "optionalApplications",
  applications: "applications",
  env: "env",
  mod: "mod",
  start_phases: "startPhases",
  runtime_dependencies: "runtimeDependencies",
} as const satisfies Readonly<Record<string, keyof App>>;

export type AppKey = keyof typeof keys;
export type AppField = (typeof keys)[AppKey];

export const appKeys = Object.keys(keys) as readonly AppKey[];

/** The field that holds a key of app(4); undefined for a key that app(4) doesn't know. */
export function fieldOf(key: string): AppField | undefined {
  return Object.hasOwn(keys, key) ? keys[key as AppKey] : undefined;
}

/** The key of app(4) that a field holds. */
export function keyOf(field: string): AppKey | undefined {
  return appKeys.find((key) => keys[key] === field);
}

/** The order in which keys are written where a record says nothing else: app(4)'s own, then those it doesn't know. */
export function usualOrder(present: ReadonlySet<string>, extra: readonly string[]): readonly string[] {
  return [...appKeys.filter((key) => present.has(key)), ...extra];
}
