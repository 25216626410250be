import type { Problem } from "../../terms/problem.js";
import type { Io } from "../io.js";
import { problemText } from "./problem.js";

/** Prints warnings beside a result: on stderr, so that the result on stdout stays whole. */
export function printWarnings(warnings: readonly Problem[], io: Io): void {
  for (const warning of warnings) io.err(`${problemText(warning, io.paintErr)}\n\n`);
}
