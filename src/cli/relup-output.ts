import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Form } from "../release/draft/draft.js";
import { fileForm } from "../release/file-kind.js";
import { CommandError, EXIT } from "./exit.js";

/** Where a relup goes, and in which form. */
export interface RelupOutput {
  /** Undefined for standard output. */
  readonly file: string | undefined;
  readonly form: Form;
}

/**
 * What `-o` and `--to-form` ask for. Without a file it is `relup` in the working directory, as systools has it; in a
 * directory it gets that name too, with `.yaml` for the YAML form.
 * @throws CommandError where the name of the file says another form than `--to-form`
 */
export async function relupOutput(output: string | undefined, form: Form | undefined): Promise<RelupOutput> {
  if (output === "-") return { file: undefined, form: form ?? "erlang" };
  const name = form === "yaml" ? "relup.yaml" : "relup";
  if (output === undefined) return { file: name, form: form ?? "erlang" };
  if (await isDirectory(output)) return { file: join(output, name), form: form ?? "erlang" };
  const told = fileForm(output);
  if (form !== undefined && form !== told) throw otherForm(output, form);
  return { file: output, form: told };
}

const isDirectory = async (path: string): Promise<boolean> =>
  await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

function otherForm(output: string, form: Form): CommandError {
  return new CommandError(EXIT.usage, {
    code: "usage",
    summary: `${output} is a name for the ${form === "yaml" ? "Erlang" : "YAML"} form, but --to-form says ${form}`,
    detail: "Which form a file has is told by the ending of its name: .yaml and .yml for YAML.",
    hint: form === "yaml" ? `Name it ${output}.yaml.` : "Name it without .yaml, or leave --to-form out.",
  });
}
