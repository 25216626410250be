/**
 * Writes src/engine/guardian/forms.ts from erl/ beside it: the abstract forms that the node's erl_eval takes, so that no
 * parser of Erlang has to be where relupctl runs. A file there is a program; so is a folder, whose files are the parts of
 * it in their order. With --check it only compares. Needs erl.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { format } from "prettier";

const directory = join(import.meta.dirname, "..", "src", "engine", "guardian");
const target = join(directory, "forms.ts");

const HEAD = `// Made of erl/*.erl by scripts/forms.ts. Change those, and make this anew.

/** The expressions of each program in erl/ in the abstract format, as a text of one Erlang term. */
export const FORMS = {
`;

/**
 * The lines of the source stay in the forms, so that a failure on the node tells where it was: those of the second part
 * of a program begin at 1,000, those of the third at 2,000, and so on.
 */
function formsOf(parts: readonly string[]): string {
  const program = `
    Read = fun({Part, File}) ->
      {ok, Bytes} = file:read_file(File),
      {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list(Bytes)),
      case erl_parse:parse_exprs(Tokens) of
        {ok, Forms} -> [erl_parse:map_anno(fun(Anno) -> Part * 1000 + erl_anno:line(Anno) end, Form) || Form <- Forms];
        {error, Reason} -> io:format(standard_error, "~ts: ~tp~n", [File, Reason]), halt(1)
      end
    end,
    io:format("~tw", [lists:append(lists:map(Read, [${parts.map((file, part) => `{${part}, "${file}"}`).join(", ")}]))]),
    halt(0).`;
  return execFileSync("erl", ["-noshell", "-eval", program], { encoding: "utf8", maxBuffer: 2 ** 26 });
}

/** The files in a folder, sorted; a file itself. */
function partsOf(path: string): string[] {
  return statSync(path).isDirectory()
    ? readdirSync(path)
        .sort()
        .map((name) => join(path, name))
    : [path];
}

const sources = readdirSync(join(directory, "erl")).sort();
const entries = sources.map((name) => {
  const forms = formsOf(partsOf(join(directory, "erl", name)));
  return `  ${basename(name, ".erl")}:\n    ${JSON.stringify(forms)},\n`;
});
const text = await format(`${HEAD}${entries.join("")}} as const;\n`, { parser: "typescript", printWidth: 120 });

if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
} else if (readFileSync(target, "utf8") !== text) {
  console.error("Not up to date, run npx tsx scripts/forms.ts: src/engine/guardian/forms.ts");
  process.exitCode = 1;
}
