import { atom, list, string, tuple } from "../../terms/term.js";
import type { BifModule } from "../context.js";

/** Module `release_handler`: the release that was booted, which is the permanent one. */
export const releaseHandler: BifModule = {
  "which_releases/0": ({ node: { release } }) => {
    const libraries = release.applications.map(({ name, vsn }) => string(`${name}-${vsn}`));
    return list(tuple(string(release.name), string(release.vsn), list(...libraries), atom("permanent")));
  },
};
