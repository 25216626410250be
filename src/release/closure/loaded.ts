import type { Span } from "../../terms/problem.js";
import type { App, Manifest, Rel, RelApplication } from "../records.js";

/** An application of a release with the `.app` that was found for it. */
export interface LoadedApplication {
  /** What the `.rel` says of it. */
  readonly entry: RelApplication;
  readonly app: App;
  /** The directory that the `.app` lies in, as it was found on the path. */
  readonly dir: string;
  readonly manifest: Manifest<App>;
}

/** A `.rel` with the `.app` of each of its applications. */
export interface LoadedRelease {
  readonly rel: Rel;
  readonly manifest: Manifest<Rel>;
  /** In the order of the `.rel`. */
  readonly applications: readonly LoadedApplication[];
}

/** Where a field of an `.app` was written, or the `.app` where the field is absent. */
export const fieldSpan = ({ manifest }: LoadedApplication, field: keyof App, index?: number): Span =>
  manifest.locate(index === undefined ? [field] : [field, index]);
