import { ProblemError } from "../../terms/problem.js";

/** What makes a tar archive one that nothing is taken from. */
export function tarError(
  code: "tar-cut" | "tar-damaged" | "tar-entry-refused",
  summary: string,
  detail?: string,
): ProblemError {
  return new ProblemError([
    { code, severity: "error", summary, ...(detail !== undefined && { detail }), hint: HINTS[code] },
  ]);
}

const HINTS = {
  "tar-cut": "Copy or build the package again: its end is missing.",
  "tar-damaged": "Copy or build the package again.",
  "tar-entry-refused":
    "A package of a release holds plain files and directories below lib, releases, erts and bin only.",
};
