import type { AppupOutline } from "../outline.js";
import type { App, Manifest, Rel, Relup } from "../records.js";

/** An application of a release, as it lies in the root. */
export interface ReleaseApplication {
  /** The application's directory, the one that holds `ebin`. */
  readonly dir: string;
  readonly app: Manifest<App>;
  /** Its scripts are checked when one of them is picked. Undefined where there is no appup. */
  readonly appup?: AppupOutline;
}

/** What a release root holds of one release. */
export interface ReleaseContents {
  /** `<root>/releases/<vsn>`. */
  readonly dir: string;
  readonly rel: Manifest<Rel>;
  /** By name, in the order of the `.rel`. */
  readonly applications: ReadonlyMap<string, ReleaseApplication>;
  readonly relup?: Manifest<Relup>;
}
