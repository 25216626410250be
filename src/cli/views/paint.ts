import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";
import { printAtom } from "../../terms/print.js";

export { someOf } from "../../terms/some-of.js";

/** Colours by meaning. Without colour every function gives its text back. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly accent: (text: string) => string;
  /** Columns to write in. */
  readonly width: number;
}

/** @param width columns of the terminal; what is written stays within them where it can */
export function makePaint(colour: boolean, width: number): Paint {
  const colours = pc.createColors(colour);
  return {
    good: colours.green,
    bad: colours.red,
    warn: colours.yellow,
    strong: colours.bold,
    faint: colours.dim,
    accent: colours.cyan,
    width: Math.max(40, Math.min(width, 120)),
  };
}

/**
 * Breaks a text into lines of at most `width` columns between words; a longer word stays whole.
 * @param indent spaces before each line
 * @param first spaces before the first line, where it has others
 */
export function wrap(text: string, width: number, indent: number, first = indent): string {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    const room = (): number => Math.max(20, width - (lines.length === 0 ? first : indent));
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && columns(line) + 1 + columns(word) > room()) {
        lines.push(line);
        line = word;
      } else {
        line = line === "" ? word : `${line} ${word}`;
      }
    }
    lines.push(line);
  }
  return lines.map((line, index) => " ".repeat(index === 0 ? first : indent) + line).join("\n");
}

/** Breaks a list in words, or a call, into lines of at most `width` columns: after spaces, else anywhere. */
export function fold(text: string, width: number): string[] {
  const lines = [""];
  for (const piece of text.split(/(?<= )/)) {
    const line = lines.at(-1)! + piece;
    if (line.trimEnd().length <= width) lines[lines.length - 1] = line;
    else if (lines.at(-1) === "") lines.splice(-1, 1, ...chunks(piece, width));
    else lines.push(...chunks(piece, width));
  }
  return lines.map((line) => line.trimEnd());
}

const chunks = (text: string, width: number): string[] => {
  const length = Math.max(1, Math.ceil(text.trimEnd().length / width));
  return Array.from({ length }, (_, index) =>
    text.slice(index * width, index === length - 1 ? undefined : (index + 1) * width),
  );
};

/** How many columns a text takes, colours aside. */
const columns = (text: string): number => stripVTControlCharacters(text).length;

/** The name of a module or a process: as it is where that is plain text, else as Erlang writes the atom. */
export function nameText(name: string): string {
  return /^[\p{L}\p{N}_.@$-]+$/u.test(name) ? name : printAtom(name);
}

/** `1 process`, `2 processes`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** A duration as people say it: `0.4 ms`, `12 ms`, `1.5 s`. */
export function duration(ms: number): string {
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  return `${(ms / 1_000).toFixed(1)} s`;
}

/** The text cut to `width` columns, with an ellipsis where something was cut off. */
export function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
