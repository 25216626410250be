import { Buffer, isUtf8 } from "node:buffer";
import { printFloat } from "./print-float.js";
import { isPrintable, isPrintableLatin1, printAtom, printFunAtom, quote } from "./print-text.js";
import { Atom, Bitstring, ExternalFun, Float, OpaqueFun, Pid, Port, Reference, type List, type Term } from "./term.js";

export interface PrintOptions {
  /**
   * The node whose own pids, ports and references are meant: they begin with 0, as that node prints them
   * (`<0.123.0>`); those of other nodes begin with the node's name. `nonode@nohost` unless given.
   */
  readonly localNode?: string;
}

/** A term without elements on one line, as `~0tp`; undefined for tuples, lists and maps. */
export function printAtomic(term: Term, options: PrintOptions): string | undefined {
  if (typeof term === "number" || typeof term === "bigint") return term.toString();
  if (term instanceof Atom) return printAtom(term.name);
  if (term instanceof Float) return printFloat(term.value);
  if (term instanceof Bitstring) return printableBinary(term) ?? `<<${binaryParts(term).join(",")}>>`;
  if (term instanceof Pid) return `<${nodeOf(term, options)}.${term.id}.${term.serial}>`;
  if (term instanceof Port) return `#Port<${nodeOf(term, options)}.${term.id}>`;
  if (term instanceof Reference) return `#Ref<${nodeOf(term, options)}.${term.words.toReversed().join(".")}>`;
  if (term instanceof ExternalFun) {
    return `fun ${printFunAtom(term.module.name)}:${printFunAtom(term.function.name)}/${term.arity}`;
  }
  if (term instanceof OpaqueFun) return `#Fun<${printFunAtom(term.module.name)}.${term.index}.${term.uniq}>`;
  return undefined;
}

const nodeOf = ({ node }: { readonly node: Atom }, { localNode = "nonode@nohost" }: PrintOptions): string =>
  node.name === localNode ? "0" : node.name;

/** A list as a string literal when all of it is printable (io_lib:printable_unicode_list/1) and it isn't empty. */
export function printableString(list: List): string | undefined {
  if (list.elements.length === 0 || list.tail !== undefined) return undefined;
  for (const element of list.elements) {
    if (typeof element !== "number" || element < 0 || !isPrintable(element)) return undefined;
  }
  return quote(textOfCodes(list.elements as readonly number[]), '"');
}

/** String.fromCodePoint takes its characters as arguments, of which there can't be too many at once. */
const CHUNK = 4096;

function textOfCodes(codes: readonly number[]): string {
  if (codes.length <= CHUNK) return String.fromCodePoint(...codes);
  let text = "";
  for (let at = 0; at < codes.length; at += CHUNK) text += String.fromCodePoint(...codes.slice(at, at + CHUNK));
  return text;
}

/**
 * A binary that is printable text, as `<<"abc">>`, or `<<"åäö"/utf8>>` where it isn't ASCII; one in printable Latin-1
 * that isn't UTF-8 as `<<"...">>` too. Undefined for other bit strings.
 */
export function printableBinary({ bytes, isBinary }: Bitstring): string | undefined {
  if (bytes.length === 0) return "<<>>";
  if (!isBinary) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isUtf8(buffer))
    return bytes.every(isPrintableLatin1) ? `<<${quote(buffer.toString("latin1"), '"')}>>` : undefined;
  const text = buffer.toString();
  for (const character of text) {
    if (!isPrintable(character.codePointAt(0)!)) return undefined;
  }
  return `<<${quote(text, '"')}${text.length === bytes.length ? "" : "/utf8"}>>`;
}

/** io_lib:write_binary/2: the bytes as numbers; the bits after the last whole byte as `Value:Bits`. */
export function binaryParts({ bytes, lastBits }: Bitstring): string[] {
  const parts = Array.from(bytes, String);
  if (lastBits < 8) parts[parts.length - 1] = `${bytes.at(-1)! >> (8 - lastBits)}:${lastBits}`;
  return parts;
}
