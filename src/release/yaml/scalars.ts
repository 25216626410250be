import { stringText } from "../../terms/access.js";
import { prettyTerm, printTerm } from "../../terms/print.js";
import { Atom, Float, List, type Term } from "../../terms/term.js";
import { erlTag } from "./document.js";
import { scalar, seq, type Part } from "./layout.js";

/** How names, text and terms are written in YAML. */

/** Words that some reader of YAML, of any version, takes for something else than text. */
const reserved = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** The name of an atom: as it is where it can't be taken for anything else, else in quotes. */
export const nameText = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_@.-]*$/.test(name) && !reserved.test(name) ? name : quote(name);

export const name = (text: string): Part => scalar(nameText(text));
export const names = (all: readonly string[]): Part => seq(all.map(name));

/** Text: always in double quotes, so that a version is never taken for a number. */
export const text = (content: string): Part => scalar(quote(content));

/** What may stand in a YAML file as it is. Line separators and the byte order mark may, but not everybody sees them. */
const unsafe = /[^\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

function quote(content: string): string {
  let quoted = '"';
  for (const character of content) {
    if (character === '"' || character === "\\") quoted += `\\${character}`;
    else if (character === "\n") quoted += "\\n";
    else if (character === "\t") quoted += "\\t";
    else quoted += unsafe.test(character) ? escape(character.codePointAt(0)!) : character;
  }
  return `${quoted}"`;
}

function escape(code: number): string {
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}

/** A term: as plain YAML where that reads back as the same term, else as `!erl`. */
export function term(value: Term): Part {
  return plainTerm(value) ?? erl(value);
}

/** Lists that are nested deeper are hard to read as YAML; and so deep a file isn't read at all. */
const maxLists = 4;

function plainTerm(value: Term, lists = maxLists): Part | undefined {
  if (typeof value === "number" || typeof value === "bigint") return scalar(String(value));
  if (value instanceof Float) return scalar(printTerm(value));
  if (value instanceof Atom) return value.name === "true" || value.name === "false" ? scalar(value.name) : undefined;
  if (!(value instanceof List) || !value.isProper) return undefined;
  const characters = printableText(value);
  if (characters !== undefined) return text(characters);
  if (lists === 0) return undefined;
  const items = value.elements.map((element) => plainTerm(element, lists - 1));
  return items.every((item) => item !== undefined) ? seq(items) : undefined;
}

/** The text of a list that Erlang's shell would show as a string. */
function printableText(list: List): string | undefined {
  if (list.elements.length === 0 || typeof list.elements[0] !== "number" || !printTerm(list).startsWith('"')) {
    return undefined;
  }
  return stringText(list);
}

/** The longest `!erl` that is kept on one line. */
const longest = 72;

/** A term as `!erl` text, over several lines where it is long. */
export function erl(value: Term): Part {
  const line = printTerm(value);
  if (/^[a-z][A-Za-z0-9_@]*$/.test(line)) return scalar(`${erlTag} ${line}`);
  if (line.length > longest && !unsafe.test(line)) {
    const pretty = prettyTerm(value).split("\n");
    if (pretty.length > 1) return { kind: "block", header: `${erlTag} |-`, lines: pretty };
  }
  const single = line.includes('"') && !line.includes("'") && !unsafe.test(line);
  return scalar(`${erlTag} ${single ? `'${line}'` : quote(line)}`);
}
