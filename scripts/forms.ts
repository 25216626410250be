/**
 * Writes src/engine/guardian/forms.ts from the files in erl/ beside it: the abstract forms that the node's erl_eval
 * takes, so that no parser of Erlang has to be where relupctl runs. With --check it only compares. Needs erl.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { format } from "prettier";

const directory = join(import.meta.dirname, "..", "src", "engine", "guardian");
const target = join(directory, "forms.ts");

const HEAD = `// Made of erl/*.erl by scripts/forms.ts. Change those, and make this anew.

/** The expressions of each file in erl/ in the abstract format, as a text of one Erlang term. */
export const FORMS = {
`;

/** The lines of the source stay in the forms, so that a failure on the node tells where it was. */
function formsOf(file: string): string {
  const program = `
    {ok, Bytes} = file:read_file("${file}"),
    {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Bytes)),
    case erl_parse:parse_exprs(Tokens) of
      {ok, Forms} -> io:format("~tw", [[erl_parse:map_anno(fun erl_anno:line/1, Form) || Form <- Forms]]), halt(0);
      {error, Reason} -> io:format(standard_error, "~ts: ~tp~n", ["${file}", Reason]), halt(1)
    end.`;
  return execFileSync("erl", ["-noshell", "-eval", program], { encoding: "utf8", maxBuffer: 2 ** 26 });
}

const sources = readdirSync(join(directory, "erl")).sort();
const entries = sources.map((name) => {
  const forms = formsOf(join(directory, "erl", name));
  return `  ${basename(name, ".erl")}:\n    ${JSON.stringify(forms)},\n`;
});
const text = await format(`${HEAD}${entries.join("")}} as const;\n`, { parser: "typescript", printWidth: 120 });

if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (readFileSync(target, "utf8") !== text) {
  console.error("Not up to date, run npx tsx scripts/forms.ts: src/engine/guardian/forms.ts");
  process.exitCode = 1;
}
