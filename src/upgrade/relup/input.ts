import type { LoadedApplication, LoadedRelease } from "../../release/closure/loaded.js";
import type { AppupOutline } from "../../release/outline.js";
import type { Term } from "../../terms/term.js";

/** A release to upgrade from or to downgrade to, with the description that its entry in the relup gets. */
export interface BaseRelease {
  readonly release: LoadedRelease;
  /** `[]` when there is none, as systools writes it. */
  readonly description?: Term;
}

export interface RelupInput {
  /** The release that the relup belongs to. */
  readonly top: LoadedRelease;
  readonly upFrom: readonly BaseRelease[];
  readonly downTo: readonly BaseRelease[];
  /** The appups of `top`'s applications, as far as there are any; see {@link applicationsWithAppup}. */
  readonly appups: ReadonlyMap<LoadedApplication, AppupOutline>;
  /** Restart the emulator at the end of each script; systools' option of that name. */
  readonly restartEmulator?: boolean;
}

/** The applications whose appups are needed: those that a base has in another version. Others aren't read by OTP either. */
export function applicationsWithAppup(
  top: LoadedRelease,
  bases: readonly LoadedRelease[],
): readonly LoadedApplication[] {
  const versions = bases.map(({ rel }) => firstByName(rel.applications.map(({ name, vsn }) => [name, vsn])));
  return top.applications.filter(({ app }) =>
    versions.some((base) => {
      const vsn = base.get(app.name);
      return vsn !== undefined && vsn !== app.vsn;
    }),
  );
}

/** The pairs by their first half; the first one, where it occurs again. */
export function firstByName<Value>(pairs: readonly (readonly [string, Value])[]): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>();
  for (const [name, value] of pairs) {
    if (!found.has(name)) found.set(name, value);
  }
  return found;
}
