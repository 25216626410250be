import { ProblemError } from "../../terms/problem.js";
import { SourceText } from "../../terms/source-text.js";

/** The text of a YAML file in UTF-8, without its byte order mark. Throws a ProblemError where it is not UTF-8. */
export function decodeYaml(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // The replacement characters show the line of the first fault, if not its column.
    const text = new TextDecoder().decode(bytes);
    const at = Math.max(0, text.indexOf("\ufffd"));
    const span = new SourceText(text, file).span(at, Math.min(at + 1, text.length));
    const summary = "the file is not in UTF-8";
    throw new ProblemError([{ code: "syntax-error", severity: "error", summary, hint: "Save it in UTF-8.", span }]);
  }
}
