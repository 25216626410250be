import type { FileError } from "../../otp/file.js";
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

/** A FileError as a problem: what the node's disk doesn't let us do. */
export function fileProblem(error: FileError): Problem {
  const hints: Readonly<Record<string, string>> = {
    enospc: "Make room on the node's disk, and try again.",
    erofs: "The node's release root is read-only: a release that is part of an image is replaced with the image.",
    eacces: "Let the node's user write in its release root.",
  };
  return {
    code: error.reason === "enospc" ? "disk-full" : "root-not-writable",
    severity: "error",
    summary: `the node can't write ${error.path}: ${error.reason}`,
    hint: hints[error.reason] ?? "See the disk of the node.",
  };
}

/** What to do where a release isn't there. */
export const itHas = (versions: string): string =>
  `It has ${versions}. Another one is unpacked first: relupctl unpack PACKAGE.`;
