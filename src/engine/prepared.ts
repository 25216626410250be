import type { Term } from "../terms/term.js";
import type { Upgrade } from "../upgrade/upgrade.js";

/** Object code as it was read: where from, and the bytes. */
export interface Binary {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** An upgrade with all that its execution needs, read before anything changes. */
export interface PreparedUpgrade {
  readonly upgrade: Upgrade;
  /** Per module that is loaded: the new code, and the code that is running, where it could be read. */
  readonly code: ReadonlyMap<string, { readonly next?: Binary; readonly previous?: Binary }>;
  /** `{application, Name, Keys}` of each application whose specification is replaced, before and after. */
  readonly specifications: { readonly before: readonly Term[]; readonly after: readonly Term[] };
  /** The terms of `sys.config`, before and after. */
  readonly config: { readonly before: Term; readonly after: Term };
  /** Directories that applications have now, by application: what the code path is put back to. */
  readonly previousDirectories: ReadonlyMap<string, string>;
}
