import { ProblemError, type Span } from "../terms/problem.js";
import type { AppupVersion } from "../release/records.js";
import { UnsupportedRegex } from "../release/regex/translate.js";
import { matchesWhole } from "../release/regex/whole-match.js";

/**
 * Whether an appup's version stands for the running one: the very same text, or a regular expression whose match is the
 * whole of it. Follows `systools_relup:appup_search_for_version/2`.
 *
 * @param locate the place of the version, for the problem
 * @throws ProblemError for an expression that is wrong, or uses what JavaScript would read in another way than OTP
 */
export function matchesVersion(version: AppupVersion, running: string, locate: () => Span | undefined): boolean {
  if ("exact" in version) return version.exact === running;
  try {
    return matchesWhole(version.regex, running);
  } catch (error) {
    if (!(error instanceof UnsupportedRegex)) throw error;
    const span = locate();
    throw new ProblemError([
      {
        code: "unsupported-version-pattern",
        severity: "error",
        summary: `the pattern ${version.regex} of an appup's version isn't supported: ${error.message}`,
        detail: `At character ${error.position + 1}. Only what OTP and relupctl surely read alike is taken.`,
        hint: "Write the versions out, or a simpler pattern such as 1\\.2\\.[0-9]+",
        ...(span === undefined ? {} : { span }),
      },
    ]);
  }
}
