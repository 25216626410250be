import { encodeRelup } from "../../release/kinds/relup.js";
import type { RelupEntry } from "../../release/records.js";
import { toErlang, toYaml } from "../../release/convert.js";
import { textOf } from "../../terms/access.js";
import { printTerm } from "../../terms/print.js";
import type { MadeRelup } from "../../upgrade/relup.js";
import type { RelupOutput } from "../relup-output.js";
import { count, type Paint } from "./paint.js";
import { problemJson } from "./problem.js";

/** A relup as it is written to a file, in one of the forms. */
export function relupFileText({ relup }: MadeRelup, { form }: RelupOutput): string {
  return form === "yaml" ? toYaml("relup", relup) : toErlang("relup", encodeRelup(relup));
}

/** A relup that was made, and what became of it. */
export interface RelupResult {
  readonly made: MadeRelup;
  readonly output: RelupOutput;
  /** As in the file. */
  readonly text: string;
  readonly isWritten: boolean;
}

/** A relup that was made, as JSON; its text where it wasn't written to a file. */
export function relupJson({ made, output, text, isWritten }: RelupResult): object {
  const { relup, problems } = made;
  return {
    vsn: relup.vsn,
    upFrom: relup.upFrom.map(entryJson),
    downTo: relup.downTo.map(entryJson),
    form: output.form,
    output: isWritten ? output.file : null,
    text: isWritten ? null : text,
    warnings: problems.map(problemJson),
  };
}

const entryJson = ({ vsn, description, script }: RelupEntry): object => ({
  vsn,
  description: textOf(description) ?? printTerm(description),
  instructions: script.length,
});

/** The relup itself where it goes to standard output, else what it holds and where it is. */
export function relupText({ made, output, text, isWritten }: RelupResult, { good }: Paint): string {
  if (output.file === undefined) return text.replace(/\n$/, "");
  const { relup } = made;
  const ways = [
    ...relup.upFrom.map((entry) => `up from ${wayText(entry)}`),
    ...relup.downTo.map((entry) => `down to ${wayText(entry)}`),
  ];
  const end = isWritten ? `is written as ${output.file}` : "can be made; nothing was written";
  return [`${good("ok")}: the relup of ${relup.vsn} ${end}`, ...ways.map((way) => `  ${way}`)].join("\n");
}

const wayText = ({ vsn, script }: RelupEntry): string => `${vsn}: ${count(script.length, "instruction")}`;
