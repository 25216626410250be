import { ProblemError, type Problem } from "../../terms/problem.js";

/** What keeps a command about releases from doing anything: thrown before anything has changed. */
export const refused = (code: string, summary: string, detail?: string, hint?: string): ProblemError => {
  const problem: Problem = {
    code,
    severity: "error",
    summary,
    ...(detail !== undefined && { detail }),
    ...(hint !== undefined && { hint }),
  };
  return new ProblemError([problem]);
};

/** A release handler of a form that isn't known here: nothing may be read from it, or written to it. */
export const unknownHandler = (node: string, otpRelease: string): ProblemError =>
  refused(
    "release-handler-unknown",
    `the release handler of ${node} keeps its releases in a form that is not known here`,
    `The node runs OTP ${otpRelease}.`,
    "Use a newer relupctl, or release_handler's own functions.",
  );

/** A node on which nothing keeps account of releases. */
export const noHandler = (node: string): ProblemError =>
  refused(
    "no-release-handler",
    `${node} has no release handler`,
    "The release handler is part of the application sasl, which doesn't run there.",
    "Add sasl to the applications of the release (in Elixir, to extra_applications), and start it anew.",
  );
